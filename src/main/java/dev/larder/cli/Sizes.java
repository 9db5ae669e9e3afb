package dev.larder.cli;

import java.util.Locale;

/** Numbers of bytes as people read them: {@code 17 bytes}, {@code 1.4 MB}; a kB has 1000 bytes. */
final class Sizes {
  private static final String[] UNITS = {"kB", "MB", "GB", "TB", "PB", "EB"};

  private Sizes() {}

  static String text(long bytes) {
    if (bytes < 1000) {
      return bytes == 1 ? "1 byte" : bytes + " bytes";
    }
    double value = bytes / 1000.0;
    int unit = 0;
    // 999.95 would be shown as 1000.0.
    while (value >= 999.95 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }
}
