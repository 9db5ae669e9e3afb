package dev.larder.engine;

import java.io.Closeable;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A command that runs in a container, with its streams. Both can be used at the same time, from
 * different threads.
 */
@SuppressWarnings("DoNotCallSuggester") // bodies follow
public final class Session implements Closeable {
  Session() {}

  /** What the command reads; closing it is the end of its input. */
  public OutputStream stdin() {
    throw new UnsupportedOperationException();
  }

  /** What the command writes to standard output; ends when the command does. */
  public InputStream stdout() {
    throw new UnsupportedOperationException();
  }

  /**
   * Waits until the command has ended.
   *
   * @return what came of it, but for what {@link #stdout} has given
   */
  public ExecResult await() throws EngineException, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** Leaves the command: its streams end, but a command that doesn't look at them runs on. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
