package dev.larder.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(30));

  @Test
  void itDoublesUpToTheLongest() {
    assertThat(BACKOFF.after(1)).isEqualTo(Duration.ofSeconds(2));
    assertThat(BACKOFF.after(2)).isEqualTo(Duration.ofSeconds(4));
    assertThat(BACKOFF.after(4)).isEqualTo(Duration.ofSeconds(16));
    assertThat(BACKOFF.after(5)).isEqualTo(Duration.ofSeconds(30));
    assertThat(BACKOFF.after(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(30));
  }
}
