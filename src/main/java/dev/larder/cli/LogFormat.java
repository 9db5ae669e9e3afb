package dev.larder.cli;

import java.util.Locale;

/** How lines are logged. */
enum LogFormat {
  /** For people. */
  TEXT,
  /** An object a line. */
  JSON;

  /** As it is written in flags and files. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
