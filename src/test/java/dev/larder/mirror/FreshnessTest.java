package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.mirror.Freshness.Known;
import dev.larder.mirror.Freshness.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreshnessTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @ParameterizedTest(name = "{0}, asked {1} s ago: {2}")
  @CsvSource({
    "nothing,    0, ask",
    "found,      0, serve",
    "found,     29, serve",
    "found,     30, ask",
    "found,  86400, ask",
    "found,     -1, ask", // the clock was set back
    "absent,     0, deny",
    "absent,     9, deny",
    "absent,    10, ask",
    "absent,    -1, ask",
  })
  void whatIsKnownCountsForItsWindow(String known, long secondsAgo, String verdict) {
    Freshness freshness =
        new Freshness(Duration.ofSeconds(30), Duration.ofSeconds(10), Optional.empty());
    assertThat(freshness.judge(known(known, secondsAgo), NOW)).isEqualTo(verdict(verdict));
  }

  @ParameterizedTest(name = "{0}, asked {1} s ago: {2}")
  @CsvSource({"found, 0, ask", "absent, 0, ask", "nothing, 0, ask"})
  void windowsOfZeroAskEachTime(String known, long secondsAgo, String verdict) {
    Freshness freshness = new Freshness(Duration.ZERO, Duration.ZERO, Optional.empty());
    assertThat(freshness.judge(known(known, secondsAgo), NOW)).isEqualTo(verdict(verdict));
  }

  @ParameterizedTest(name = "for {0} s, {1} s old: {2}")
  @CsvSource({
    "   , 100000000, true", // for ever
    "  0,         0, false",
    " 60,        59, true",
    " 60,        60, false",
    " 60,        -1, true", // the clock was set back: it isn't older than that
  })
  void anAnswerMayBeGivenAgainForItsTime(@Nullable Long seconds, long age, boolean may) {
    Freshness freshness =
        new Freshness(
            Duration.ZERO, Duration.ZERO, Optional.ofNullable(seconds).map(Duration::ofSeconds));
    assertThat(freshness.mayBeGivenAgain(NOW.minusSeconds(age), NOW)).isEqualTo(may);
  }

  private static Optional<Known<String>> known(String kind, long secondsAgo) {
    Instant at = NOW.minusSeconds(secondsAgo);
    return switch (kind) {
      case "nothing" -> Optional.empty();
      case "found" -> Optional.of(new Known.Found<>("value", at));
      case "absent" -> Optional.of(new Known.Absent<>("it isn't there", at));
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static Verdict<String> verdict(String name) {
    return switch (name) {
      case "serve" -> new Verdict.Serve<>("value");
      case "deny" -> new Verdict.Deny<>("it isn't there");
      case "ask" -> new Verdict.Ask<>();
      default -> throw new IllegalArgumentException(name);
    };
  }
}
