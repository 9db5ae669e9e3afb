package dev.larder.http;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The value of the {@code Date} field that HTTP asks of a server with a clock; written out once a
 * second.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110.html#section-6.6.1">RFC 9110, Date</a>
 */
final class HttpDate {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private record Written(long second, String text) {}

  private final InstantSource clock;
  private volatile Written last = new Written(Long.MIN_VALUE, "");

  HttpDate(InstantSource clock) {
    this.clock = clock;
  }

  String now() {
    Instant now = clock.instant();
    Written written = last;
    if (written.second != now.getEpochSecond()) {
      written = new Written(now.getEpochSecond(), FORMAT.format(now));
      last = written;
    }
    return written.text;
  }
}
