package dev.larder.cli;

import java.util.logging.Level;

/**
 * What to log, and how.
 *
 * @param format of each line
 * @param level how important it must be to be told, of what goes wrong
 * @param accesses whether to tell of each request
 */
record LogSettings(LogFormat format, Level level, boolean accesses) {

  /** Warnings, errors and requests, in that format. */
  static LogSettings usual(LogFormat format) {
    return new LogSettings(format, Level.INFO, true);
  }

  /** The same in that format. */
  LogSettings with(LogFormat other) {
    return new LogSettings(other, level, accesses);
  }
}
