package dev.larder.engine;

import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A command that runs in a container, with its streams. Input may be written by one thread while
 * another reads the output.
 */
public final class Session implements Closeable {
  private static final String START = "{\"Detach\":false,\"Tty\":false}";
  private static final long PAUSE_MILLIS = 20;

  private final Api api;
  private final String what;
  private final String id;
  private final Pipe pipe;
  private final Frames stdout;
  private final OutputStream stdin;

  private Session(Api api, String what, String id, Pipe pipe) {
    this.api = api;
    this.what = what;
    this.id = id;
    this.pipe = pipe;
    this.stdout = new Frames(pipe.in());
    this.stdin = new Input(pipe);
  }

  static Session start(Api api, String container, List<String> command, boolean input)
      throws EngineException {
    String what = "run %s in the container %s".formatted(command.getFirst(), container);
    String id =
        api.ask(
            what,
            client ->
                client
                    .execCreateCmd(container)
                    .withUser("0")
                    .withAttachStdin(input)
                    .withAttachStdout(true)
                    .withAttachStderr(true)
                    .withCmd(command.toArray(String[]::new))
                    .exec()
                    .getId());
    return api.ask(
        what,
        _ ->
            new Session(
                api, what, id, Pipe.open(api.address(), "/exec/%s/start".formatted(id), START)));
  }

  /** What the command reads; closing it is the end of its input. */
  public OutputStream stdin() {
    return stdin;
  }

  /** What the command writes to standard output; ends when the command does. */
  public InputStream stdout() {
    return stdout;
  }

  /**
   * Waits until the command has ended.
   *
   * @return what came of it; of its output, what hasn't been read from {@link #stdout}
   */
  public ExecResult await() throws EngineException {
    String out = api.ask(what, _ -> new String(stdout.readAllBytes(), StandardCharsets.UTF_8));
    // A command that has closed its output may still run.
    while (true) {
      var state = api.ask(what, client -> client.inspectExecCmd(id).exec());
      Long exitCode = state.getExitCodeLong();
      if (!Boolean.TRUE.equals(state.isRunning()) && exitCode != null) {
        return new ExecResult(exitCode.intValue(), out, stdout.errors());
      }
      api.ask(
          what,
          _ -> {
            Thread.sleep(PAUSE_MILLIS);
            return state;
          });
    }
  }

  /** Writes {@code input} to the command, while it waits for its end. */
  ExecResult run(byte[] input) throws EngineException {
    Thread _ = Thread.ofVirtual().start(() -> feed(input));
    return await();
  }

  private void feed(byte[] input) {
    try (stdin) {
      stdin.write(input);
    } catch (IOException e) {
      // It has ended before it has read all: what came of it, its exit code says.
    }
  }

  /** Leaves the command: its streams end, but a command that doesn't look at them runs on. */
  @Override
  public void close() throws EngineException {
    try {
      pipe.close();
    } catch (IOException e) {
      throw new EngineException("cannot leave " + what, e);
    }
  }

  /** Writes to the command; its end closes that direction alone. */
  private static final class Input extends FilterOutputStream {
    private final Pipe pipe;

    Input(Pipe pipe) {
      super(pipe.out());
      this.pipe = pipe;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      pipe.endOfInput().close();
    }
  }
}
