package dev.larder.engine;

/**
 * What came of a command in a container.
 *
 * @param exitCode 0 if it did what it should; 126 and 127 if it couldn't be run
 * @param out what it wrote to standard output, as UTF-8
 * @param err what it wrote to standard error, as UTF-8
 */
public record ExecResult(int exitCode, String out, String err) {
  /** Whether it did what it should. */
  public boolean ok() {
    return exitCode == 0;
  }
}
