package dev.larder.cli;

import dev.larder.engine.Engine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags that say which Larder a command is meant for. */
final class TargetOptions {
  @Mixin private StoreOptions store = new StoreOptions();

  @Option(
      names = "--container",
      paramLabel = "NAME",
      description =
          "The container in which the Larder runs. Default, where no folder is named and no Larder"
              + " serves the usual one: the container of larder up.")
  private @Nullable String container;

  /**
   * Finds that Larder.
   *
   * @param files what the operation reads of this machine
   */
  Target find(Optional<Path> files) throws CommandException {
    Map<String, String> environment = System.getenv();
    Path home = Path.of(System.getProperty("user.home"));
    try {
      return new TargetFinder(
              store.configuration(environment),
              store.file().isPresent() || store.folder().isPresent(),
              Optional.ofNullable(container),
              () -> Engine.connect(environment, home))
          .find(files);
    } catch (IOException | UncheckedIOException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }
}
