package dev.larder.cli;

import java.util.Locale;

/** How a command prints what came of it. */
enum OutputFormat {
  /** For people. */
  TEXT,
  /** One JSON object. */
  JSON;

  /** As it is written in flags. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
