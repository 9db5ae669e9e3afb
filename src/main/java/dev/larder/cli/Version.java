package dev.larder.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** Which Larder this is, as the jar's manifest says. */
final class Version implements IVersionProvider {

  /** The version alone. */
  static String current() {
    return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
        .orElse("unpackaged");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"larder " + current()};
  }
}
