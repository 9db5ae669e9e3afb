package dev.larder.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.control.ControlClient;
import dev.larder.control.Operation;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.ExecResult;
import dev.larder.engine.Session;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Where operations are run. For one thread. */
sealed interface Target extends Closeable {

  /**
   * Runs an operation there, and waits for its end.
   *
   * @throws OperationException with the sentence that tells why it wasn't done
   * @throws IOException if it fails; the message is for the user
   * @throws java.io.UncheckedIOException as {@code IOException}
   */
  JsonNode run(String operation, JsonNode arguments, Progress progress)
      throws OperationException, IOException;

  /** A Larder that serves a folder of this machine. */
  record Server(ControlClient client) implements Target {
    @Override
    public JsonNode run(String operation, JsonNode arguments, Progress progress)
        throws OperationException, IOException {
      return client.run(operation, arguments, progress);
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  /**
   * A Larder that serves in a container: {@code larder control} is started beside it, and asks it
   * there.
   *
   * @param name the container's
   */
  record InContainer(String name, Engine engine, Session session, ControlClient client)
      implements Target {

    /** Begins to ask the one in the container {@code name}. */
    static InContainer open(Engine engine, String name) throws EngineException {
      Session session = engine.open(name, List.of("larder", "control"));
      ControlClient client = ControlClient.over(session.stdout(), session.stdin(), session);
      return new InContainer(name, engine, session, client);
    }

    @Override
    public JsonNode run(String operation, JsonNode arguments, Progress progress)
        throws OperationException, IOException {
      try {
        return client.run(operation, arguments, progress);
      } catch (EOFException e) {
        throw new IOException(
            "the Larder in the container %s can't be asked: %s".formatted(name, reason()), e);
      }
    }

    private String reason() throws IOException {
      ExecResult result = session.await();
      return result.err().isBlank()
          ? "\"larder control\" has ended there with exit code " + result.exitCode()
          : result.err().strip();
    }

    @Override
    public void close() throws IOException {
      try (engine) {
        client.close();
      }
    }
  }

  /** This process, which has the folder for as long as this is open. */
  record Here(DataFolder folder, Map<String, Operation> operations) implements Target {

    /** Opens the folder of the configuration, which is made if it isn't there. */
    static Here open(Configuration configuration) throws IOException {
      InstantSource clock = InstantSource.system();
      DataFolder folder = DataFolder.open(configuration.data(), clock);
      return new Here(folder, Operations.of(folder, configuration, clock));
    }

    @Override
    public JsonNode run(String operation, JsonNode arguments, Progress progress)
        throws OperationException, IOException {
      return requireNonNull(operations.get(operation)).run(arguments, progress);
    }

    @Override
    public void close() throws IOException {
      folder.close();
    }
  }
}
