package dev.larder.store;

import java.util.List;
import java.util.Locale;

/** Tells failures for want of room from others. */
public final class FullDisk {
  /** The system's own words, and SQLite's: Java has no type for it. */
  private static final List<String> WORDS =
      List.of("no space left", "quota exceeded", "disk is full", "sqlite_ioerr_shmsize");

  private FullDisk() {}

  /** Whether the disk is full, and that is why something failed. */
  public static boolean isCause(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      if (WORDS.stream().anyMatch(message::contains)) {
        return true;
      }
    }
    return false;
  }
}
