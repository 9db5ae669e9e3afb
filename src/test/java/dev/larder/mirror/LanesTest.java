package dev.larder.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.RegistryName;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static final RegistryName ONE = new RegistryName("one.example");
  private static final RegistryName OTHER = new RegistryName("other.example");
  private static final RegistryName THIRD = new RegistryName("third.example");

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final Lanes lanes = new Lanes(new RangeSettings(4, 6, 1, 1), () -> now);

  @Test
  void upstreamHasSoManyAndAllTogetherHaveSoMany() {
    assertThat(lanes.take(ONE).orElseThrow().count()).isEqualTo(4);
    assertThat(lanes.take(ONE)).isEmpty();
    assertThat(lanes.take(OTHER).orElseThrow().count()).isEqualTo(2);
    assertThat(lanes.take(THIRD)).isEmpty();
  }

  @Test
  void thoseThatWereGivenBackAreTakenAgain() {
    lanes.take(ONE).orElseThrow().close();
    assertThat(lanes.take(ONE).orElseThrow().count()).isEqualTo(4);
  }

  @Test
  void oneAloneIsNotWorthIt() {
    Lanes few = new Lanes(new RangeSettings(4, 5, 1, 1), () -> now);
    assertThat(few.take(ONE)).isPresent();
    assertThat(few.take(OTHER)).isEmpty();
  }

  @Test
  void upstreamWhereRangesDidNotDoIsLeftWithOneForAWhile() {
    lanes.keepToOne(ONE);
    assertThat(lanes.take(ONE)).isEmpty();
    assertThat(lanes.take(OTHER)).isPresent();
    now = now.plus(Duration.ofMinutes(10));
    assertThat(lanes.take(ONE)).isPresent();
  }
}
