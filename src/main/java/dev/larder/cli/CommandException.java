package dev.larder.cli;

/**
 * Ends a command with one sentence for the user and no stack trace.
 *
 * @see Main the exit codes
 */
final class CommandException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private CommandException(String message, int exitCode) {
    super(message);
    this.exitCode = exitCode;
  }

  /** What was asked for can't be right: a bad flag, variable or file. */
  static CommandException usage(String message) {
    return new CommandException(message, 2);
  }

  /** What was asked for is right, but couldn't be done. */
  static CommandException failure(String message) {
    return new CommandException(message, 1);
  }

  int exitCode() {
    return exitCode;
  }
}
