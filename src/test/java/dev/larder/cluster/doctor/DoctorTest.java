package dev.larder.cluster.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.engine.EngineException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorTest {
  private static final Finding ERROR =
      new Finding(Area.NETWORK, Severity.ERROR, "one", "broken", "mend it");
  private static final Finding NOTE =
      new Finding(Area.PORT, Severity.NOTE, "other", "odd", "nothing");

  /** Comes to {@code findings}, or fails. */
  private record Scripted(List<Finding> findings, String failure) implements Check {
    @Override
    public Area area() {
      return Area.PROXY;
    }

    @Override
    public String subject() {
      return "node";
    }

    @Override
    public List<Finding> run() throws CheckException, IOException {
      return switch (failure) {
        case "" -> findings;
        case "engine" -> throw new EngineException("the engine went away");
        default -> throw new CheckException(failure);
      };
    }
  }

  @Test
  void aCheckThatCantBeMadeIsNamedAndHoldsNoOtherUp() {
    List<String> progress = new ArrayList<>();
    Diagnosis.NotMade impossible = new Diagnosis.NotMade(Area.DISK, "engine", "no node runs");

    Diagnosis diagnosis =
        Doctor.make(
            List.of(
                new Scripted(List.of(NOTE), ""),
                new Scripted(List.of(), "no containerd runs"),
                new Scripted(List.of(), "engine"),
                new Scripted(List.of(ERROR), "")),
            List.of(impossible),
            (done, total) -> progress.add(done + " of " + total));

    assertThat(diagnosis.checks()).isEqualTo(2);
    assertThat(diagnosis.findings()).containsExactly(ERROR, NOTE);
    assertThat(diagnosis.notMade())
        .containsExactly(
            impossible,
            new Diagnosis.NotMade(Area.PROXY, "node", "no containerd runs"),
            new Diagnosis.NotMade(Area.PROXY, "node", "the engine went away"));
    assertThat(diagnosis.hasErrors()).isTrue();
    assertThat(progress).containsExactly("0 of 4", "1 of 4", "2 of 4", "3 of 4");
  }

  @Test
  void warningsAreNoErrors() {
    assertThat(
            Doctor.make(List.of(new Scripted(List.of(NOTE), "")), List.of(), (_, _) -> {})
                .hasErrors())
        .isFalse();
  }

  @Test
  void withoutAnEngineEveryOtherAreaIsNamed() {
    Diagnosis diagnosis = Doctor.withoutEngine(new EngineException("start Docker"));

    assertThat(diagnosis.hasErrors()).isTrue();
    assertThat(diagnosis.findings()).extracting(Finding::remedy).containsExactly("start Docker");
    assertThat(diagnosis.notMade())
        .extracting(Diagnosis.NotMade::area)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Area.values()).filter(area -> area != Area.ENGINE).toList());
  }
}
