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
    "1999, 1999, 0, false", // too early to tell
    "2000, 2000, 0, true",
    "2000, 2000, 40, true",
    "2000, 2000, 49, true",
    "2000, 2000, 50, false",
    "4000, 4000, 99, true",
    "2000, 2000, 250, false",
    "2000, 1000, 40, true",
    "2000, 999, 40, false", // it is we who are slow
    "2000, 0, 1, false",
  })
  void connectionIsSlow(long millis, long waited, long megabytes, boolean slow) {
    assertThat(pace(millis, waited, megabytes).isSlow()).isEqualTo(slow);
  }

  @Test
  void whatIsPastCountsLessThanWhatComes() {
    Pace slowNow =
        pace(2000, 2000, 80).faded().plus(Duration.ofSeconds(1), Duration.ofSeconds(1), 0);
    assertThat(slowNow.bytesPerSecond()).isEqualTo(20 * MEGABYTE);
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
