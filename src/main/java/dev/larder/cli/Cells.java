package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** What stands in tables of the fields of JSON objects; a dash for what isn't there. */
final class Cells {
  private static final String NOTHING = "-";

  private Cells() {}

  /** As it is. */
  static Function<JsonNode, String> text(String field) {
    return item -> item.has(field) ? item.path(field).asText() : NOTHING;
  }

  /** A number of bytes. */
  static Function<JsonNode, String> bytes(String field) {
    return item -> item.has(field) ? Sizes.text(item.path(field).asLong()) : NOTHING;
  }

  /** Enough of a digest to tell it from others. */
  static Function<JsonNode, String> shortDigest(String field) {
    return item -> {
      if (!item.has(field)) {
        return NOTHING;
      }
      String digest = item.path(field).asText();
      return digest.substring(0, Math.min(digest.length(), digest.indexOf(':') + 13));
    };
  }

  /** How long ago a time was. */
  static Function<JsonNode, String> age(String field, InstantSource clock) {
    return item ->
        time(item, field)
            .map(at -> Durations.text(Duration.between(at, clock.instant())) + " ago")
            .orElse(NOTHING);
  }

  /** A time, where an operation has one. */
  static Optional<Instant> time(JsonNode item, String field) {
    return item.has(field)
        ? Optional.of(Instant.parse(item.path(field).asText()))
        : Optional.empty();
  }

  /** The share of requests that were answered from the store. */
  static String ratio(JsonNode counts) {
    long hits = counts.path("hits").asLong();
    long all = hits + counts.path("misses").asLong();
    return all == 0 ? NOTHING : String.format(Locale.ROOT, "%.1f%%", 100.0 * hits / all);
  }
}
