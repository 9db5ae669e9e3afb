package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

  @Test
  void numbersWithUnitsAreRead() {
    assertThat(Durations.parse("250ms")).contains(Duration.ofMillis(250));
    assertThat(Durations.parse("30s")).contains(Duration.ofSeconds(30));
    assertThat(Durations.parse("5m")).contains(Duration.ofMinutes(5));
    assertThat(Durations.parse("12h")).contains(Duration.ofHours(12));
    assertThat(Durations.parse("7d")).contains(Duration.ofDays(7));
    assertThat(Durations.parse("0s")).contains(Duration.ZERO);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "s", "-1s", "1.5h", "30 s", "30S", "1h30m", "9999999999s"})
  void anythingElseIsNone(String text) {
    assertThat(Durations.parse(text)).isEmpty();
  }

  @Test
  void aTimeIsToldInItsGreatestUnit() {
    assertThat(Durations.text(Duration.ofMillis(-5))).isEqualTo("0s");
    assertThat(Durations.text(Duration.ofSeconds(59))).isEqualTo("59s");
    assertThat(Durations.text(Duration.ofSeconds(3599))).isEqualTo("59m");
    assertThat(Durations.text(Duration.ofHours(47))).isEqualTo("47h");
    assertThat(Durations.text(Duration.ofDays(400))).isEqualTo("400d");
  }
}
