package dev.larder.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "100;w=21600, 76;w=21600, 100, 76, 21600",
    "100, 76, 100, 76, 21600",
    "200;w=3600, 0, 200, 0, 3600",
    "' 100 ; w=60;burst=5', ' 3 ; w=60', 100, 3, 60",
  })
  void whatDockerHubSaysIsUnderstood(
      String limit, String remaining, long all, long left, long seconds) {
    assertThat(RateLimit.parse(limit, remaining, NOW))
        .contains(new RateLimit(all, left, Duration.ofSeconds(seconds), NOW));
  }

  @ParameterizedTest
  @CsvSource({"many, 5", "100, few", "0, 0", "'', ''", "99999999999, 1"})
  void nonsenseSaysNothing(String limit, String remaining) {
    assertThat(RateLimit.parse(limit, remaining, NOW)).isEmpty();
  }

  @Test
  void itIsNearWhenLessThanATenthIsLeftUntilTheWindowHasPassed() {
    Duration window = Duration.ofHours(6);
    assertThat(new RateLimit(100, 10, window, NOW).isNear(NOW)).isFalse();
    RateLimit near = new RateLimit(100, 9, window, NOW);
    assertThat(near.isNear(NOW)).isTrue();
    assertThat(near.isNear(NOW.plus(window))).isFalse();
  }
}
