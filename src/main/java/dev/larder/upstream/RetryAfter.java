package dev.larder.upstream;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * How long a server wants to be left alone.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110.html#section-10.2.3">RFC 9110,
 *     Retry-After</a>
 */
final class RetryAfter {
  private RetryAfter() {}

  /** Reads a {@code Retry-After}, seconds or a date; empty if it is neither. */
  static Optional<Duration> parse(String value, Instant now) {
    String text = value.strip();
    if (text.matches("[0-9]{1,9}")) {
      return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
    }
    try {
      Instant until = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text));
      return Optional.of(until.isAfter(now) ? Duration.between(now, until) : Duration.ZERO);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
