package dev.larder.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private Instant now = Instant.EPOCH;
  private final Readiness readiness = new Readiness(() -> now, this::pass);

  @Test
  void itEndsWhenThereIsNothingMissingAnyMore() throws Exception {
    AtomicInteger looks = new AtomicInteger();

    readiness.await(
        "it", () -> looks.incrementAndGet() < 4 ? Optional.of("not yet") : Optional.empty());

    assertThat(looks).hasValue(4);
  }

  @Test
  void afterAMinuteItSaysWhatIsMissing() {
    assertThatThrownBy(() -> readiness.await("the container larder", () -> Optional.of("no port")))
        .isInstanceOf(DeployException.class)
        .hasMessage("the container larder hasn't become ready within 60 seconds: no port");
    assertThat(now).isBetween(Instant.ofEpochSecond(60), Instant.ofEpochSecond(61));
  }

  private void pass(Duration duration) {
    now = now.plus(duration);
  }
}
