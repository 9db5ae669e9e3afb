package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** What is said to people of an upstream, of which {@link UpstreamReport} tells. */
final class UpstreamCells {
  private UpstreamCells() {}

  /** How many pulls it still allows, as short as can be. */
  static String left(JsonNode upstream) {
    JsonNode limit = upstream.path("rateLimit");
    return limit.isMissingNode()
        ? "-"
        : limit.path("remaining").asLong() + "/" + limit.path("limit").asLong();
  }

  /** The same in words, with what follows from that. */
  static Optional<String> rateLimit(JsonNode upstream, InstantSource clock) {
    JsonNode limit = upstream.path("rateLimit");
    if (limit.isMissingNode()) {
      return Optional.empty();
    }
    String left =
        "%d of %d pulls left in %s, as of %s"
            .formatted(
                limit.path("remaining").asLong(),
                limit.path("limit").asLong(),
                seconds(limit.path("windowSeconds")),
                Cells.age("at", clock).apply(limit));
    return Optional.of(
        upstream.has("stretchedToSeconds")
            ? left
                + "; its tags are asked for only every %s until more are left"
                    .formatted(seconds(upstream.path("stretchedToSeconds")))
            : left);
  }

  /** For how long it isn't asked, and why. */
  static Optional<String> leftAlone(JsonNode upstream, InstantSource clock) {
    JsonNode alone = upstream.path("leftAlone");
    Optional<Instant> until = Cells.time(alone, "until");
    return until.map(
        at ->
            "for another %s: %s"
                .formatted(
                    Durations.text(Duration.between(clock.instant(), at)),
                    alone.path("reason").asText()));
  }

  /** Whether it is asked, and how that was the last time. */
  static String state(JsonNode upstream, InstantSource clock) {
    if (upstream.has("allowed") && !upstream.path("allowed").asBoolean()) {
      return "denied";
    }
    if (upstream.path("offline").asBoolean()) {
      return "offline";
    }
    Optional<Instant> until = Cells.time(upstream.path("leftAlone"), "until");
    if (until.isPresent()) {
      return "left alone " + Durations.text(Duration.between(clock.instant(), until.get()));
    }
    JsonNode contact = upstream.path("lastContact");
    if (contact.isMissingNode()) {
      return "not asked";
    }
    return (contact.has("trouble") ? "failed " : "fine ") + Cells.age("at", clock).apply(contact);
  }

  /** For how long a tag isn't asked for again. */
  static String freshFor(JsonNode upstream) {
    if (!upstream.has("freshForSeconds")) {
      return "-";
    }
    return upstream.has("stretchedToSeconds")
        ? seconds(upstream.path("stretchedToSeconds")) + ", limit near"
        : seconds(upstream.path("freshForSeconds"));
  }

  private static String seconds(JsonNode number) {
    return Durations.text(Duration.ofSeconds(number.asLong()));
  }
}
