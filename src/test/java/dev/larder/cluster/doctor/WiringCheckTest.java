package dev.larder.cluster.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.larder.cluster.NodeReport;
import dev.larder.cluster.Step;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WiringCheckTest {

  @Test
  void aNodeInWhichAttachWouldDoNothingIsRight() {
    assertThat(WiringCheck.judge(report(List.of(), List.of()))).isEmpty();
  }

  @Test
  void whatAttachWouldDoIsMissing() {
    Step step = new Step.RestartContainerd("it reads its configuration only when it starts");

    assertThat(WiringCheck.judge(report(List.of(step), List.of())))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.ERROR);
              assertThat(finding.subject()).isEqualTo("blue-worker");
              assertThat(finding.what()).contains(step.text());
              assertThat(finding.remedy()).isEqualTo("larder attach blue");
            });
  }

  @Test
  void whatStandsInAttachsWayIsAnErrorAndWhatItMentionsANote() {
    dev.larder.cluster.Finding problem =
        new dev.larder.cluster.Finding(
            dev.larder.cluster.Finding.Level.PROBLEM, "inline mirrors", "take them out");
    dev.larder.cluster.Finding note =
        new dev.larder.cluster.Finding(dev.larder.cluster.Finding.Level.NOTE, "certificates", "");

    assertThat(WiringCheck.judge(report(List.of(), List.of(problem, note))))
        .extracting(Finding::severity, Finding::what, Finding::remedy)
        .containsExactly(
            tuple(Severity.ERROR, "inline mirrors", "take them out"),
            tuple(Severity.NOTE, "certificates", ""));
  }

  private static NodeReport report(List<Step> steps, List<dev.larder.cluster.Finding> findings) {
    return new NodeReport(
        Lab.node("blue-worker"), Optional.empty(), steps, Optional.empty(), findings, false);
  }
}
