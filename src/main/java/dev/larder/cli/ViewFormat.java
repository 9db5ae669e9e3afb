package dev.larder.cli;

import java.util.Locale;

/** How a command prints what there is. */
enum ViewFormat {
  /** For people. */
  TEXT,
  /** The same with more of it. */
  WIDE,
  /** One JSON object with everything. */
  JSON,
  /** The same as YAML. */
  YAML,
  /** Names alone, one a line. */
  NAME;

  /** As it is written in flags. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
