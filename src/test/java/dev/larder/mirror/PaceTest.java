package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {
  private static final int MEGABYTE = 1_000_000;

  private static Pace pace(long millis, long waited, long megabytes) {
    return new Pace(Duration.ofMillis(millis), Duration.ofMillis(waited), megabytes * MEGABYTE);
  }

  @ParameterizedTest
  @CsvSource({
    // millis, of them waited, MB, slow
    "499, 499, 0, false", // too early to tell
    "500, 500, 0, true",
    "500, 500, 10, true",
    "500, 500, 24, true",
    "500, 500, 25, false", // 50 MB/s
    "1000, 1000, 49, true",
    "1000, 1000, 125, false",
    "1000, 250, 20, true",
    "1000, 249, 20, false", // it is we who are slow
    "1000, 0, 1, false",
  })
  void connectionIsSlow(long millis, long waited, long megabytes, boolean slow) {
    assertThat(pace(millis, waited, megabytes).isSlow()).isEqualTo(slow);
  }

  @Test
  void whatIsPastCountsLessThanWhatComes() {
    Pace slowNow =
        pace(600, 600, 60).faded().plus(Duration.ofMillis(700), Duration.ofMillis(700), 0);
    assertThat(slowNow.bytesPerSecond()).isEqualTo(30 * MEGABYTE);
    assertThat(slowNow.isSlow()).isTrue();
  }

  @Test
  void clockThatIsSetBackMakesNothingFaster() {
    Pace pace = pace(500, 500, 10);
    assertThat(pace.plus(Duration.ofHours(-1), Duration.ofHours(-1), 0)).isEqualTo(pace);
  }

  @Test
  void restTakesAsLongAsItsPaceSays() {
    assertThat(pace(500, 500, 10).timeFor(200 * MEGABYTE)).isEqualTo(Duration.ofSeconds(10));
  }
}
