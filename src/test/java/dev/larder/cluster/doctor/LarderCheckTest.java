package dev.larder.cluster.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.larder.engine.Container.Health;
import dev.larder.engine.Container.State;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LarderCheckTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          RUNNING | HEALTHY   |         |
          RUNNING |           |         |
          RUNNING | STARTING  | NOTE    | ask again
          RUNNING | UNHEALTHY | ERROR   | docker logs larder
          EXITED  |           | ERROR   | larder up
          CREATED |           | ERROR   | larder up
          """)
  void saysHowTheContainerIs(State state, String health, String severity, String remedy) {
    var check =
        new LarderCheck(
            Optional.of(Lab.larder(state, Optional.ofNullable(health).map(Health::valueOf))));

    if (severity == null) {
      assertThat(check.run()).isEmpty();
    } else {
      assertThat(check.run())
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.severity()).isEqualTo(Severity.valueOf(severity));
                assertThat(finding.subject()).isEqualTo("larder");
                assertThat(finding.remedy()).contains(remedy);
              });
    }
  }

  @Test
  void saysThatThereIsNone() {
    assertThat(new LarderCheck(Optional.empty()).run())
        .extracting(Finding::severity, Finding::remedy)
        .containsExactly(tuple(Severity.ERROR, "larder up"));
  }
}
