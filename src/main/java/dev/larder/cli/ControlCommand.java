package dev.larder.cli;

import dev.larder.control.ControlBridge;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code larder control}: carries what another Larder's command says on standard input to the one
 * that serves here, and its answers back. For {@link Target.InContainer}.
 */
@Command(
    name = "control",
    description = "Connect standard input and output with the Larder that serves the folder.",
    hidden = true,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ControlCommand implements Callable<Integer> {
  @Mixin private StoreOptions store = new StoreOptions();

  private ControlCommand() {}

  @Override
  public Integer call() throws CommandException {
    try {
      ControlBridge.run(
          DataFolder.controlSocket(store.configuration(System.getenv()).data()),
          System.in,
          System.out);
    } catch (IOException e) {
      throw CommandException.failure("the client has left: " + e.getMessage());
    }
    return 0;
  }
}
