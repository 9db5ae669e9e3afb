package dev.larder.runtimes;

import dev.larder.oci.RegistryName;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a runtime reaches Larder.
 *
 * @param tls whether by https
 * @param name host and port
 * @param upstream the registry that this listener of Larder's stands for, if it does
 */
public record ServerAddress(boolean tls, RegistryName name, Optional<RegistryName> upstream) {
  private static final Pattern FORM =
      Pattern.compile("(?:(?<scheme>https?)://)?(?<name>[^/=]+)(?:=(?<upstream>[^/=]+))?");
  private static final Pattern LOOPBACK =
      Pattern.compile("(?:localhost|127\\.[0-9.]+|\\[::1\\])(?::[0-9]+)?");

  /** Reads {@code [http://|https://]HOST:PORT[=UPSTREAM]}; empty if {@code text} isn't that. */
  public static Optional<ServerAddress> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Optional<String> upstream = Optional.ofNullable(matcher.group("upstream"));
    Optional<RegistryName> upstreamName = upstream.flatMap(RegistryName::parse);
    if (upstream.isPresent() && upstreamName.isEmpty()) {
      return Optional.empty();
    }
    boolean tls = "https".equals(matcher.group("scheme"));
    return RegistryName.parse(matcher.group("name"))
        .map(name -> new ServerAddress(tls, name, upstreamName));
  }

  /** As URLs begin. */
  String url() {
    return (tls ? "https://" : "http://") + name;
  }

  /** Whether it is the machine itself, to which Docker's engine speaks plain http unasked. */
  boolean isLoopback() {
    return LOOPBACK.matcher(name.value()).matches();
  }

  /** As it is written in flags. */
  @Override
  public String toString() {
    return (tls ? "https://" : "") + name + upstream.map(registry -> "=" + registry).orElse("");
  }
}
