package dev.larder.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.control.ControlClient;
import dev.larder.control.Operation;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * An operation that a command wants done: by the Larder that serves the folder or, where none does,
 * in this process.
 *
 * @param operation its name in {@link Operations}
 * @param arguments what it is told
 * @param makesStore whether it may begin a store where there is none
 */
record Task(String operation, JsonNode arguments, boolean makesStore) {

  /** A task that wants a store to be there. */
  Task(String operation, JsonNode arguments) {
    this(operation, arguments, false);
  }

  /**
   * Has it done.
   *
   * @return what came of it
   * @throws CommandException if it couldn't be done
   */
  JsonNode run(Configuration configuration, Progress progress) throws CommandException {
    try {
      Optional<ControlClient> server =
          ControlClient.connect(DataFolder.controlSocket(configuration.data()));
      return server.isPresent() ? ask(server.get(), progress) : runHere(configuration, progress);
    } catch (OperationException | IOException | UncheckedIOException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  private JsonNode ask(ControlClient server, Progress progress)
      throws OperationException, IOException {
    try (server) {
      return server.run(operation, arguments, progress);
    }
  }

  private JsonNode runHere(Configuration configuration, Progress progress)
      throws CommandException, OperationException, IOException {
    if (!makesStore && !Files.isDirectory(configuration.data())) {
      throw CommandException.failure(
          "there is no store in %s: say where it is by --data or --config"
              .formatted(configuration.data()));
    }
    InstantSource clock = InstantSource.system();
    try (DataFolder folder = DataFolder.open(configuration.data(), clock)) {
      Map<String, Operation> operations = Operations.of(folder.store(), configuration, clock);
      return requireNonNull(operations.get(operation)).run(arguments, progress);
    }
  }
}
