package dev.larder.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write them: {@code 250ms}, {@code 30s}, {@code 5m}, {@code 12h}, {@code 7d}.
 */
final class Durations {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

  private Durations() {}

  /** Reads one; empty if {@code text} isn't one. */
  static Optional<Duration> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long amount = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        });
  }

  /** About how long a time is, in its greatest unit: {@code 45s}, {@code 12m}, {@code 3h}. */
  static String text(Duration time) {
    if (time.compareTo(Duration.ofMinutes(1)) < 0) {
      return Math.max(0, time.toSeconds()) + "s";
    }
    if (time.compareTo(Duration.ofHours(1)) < 0) {
      return time.toMinutes() + "m";
    }
    return time.compareTo(Duration.ofDays(2)) < 0 ? time.toHours() + "h" : time.toDays() + "d";
  }
}
