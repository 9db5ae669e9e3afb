package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.cluster.doctor.Area;
import dev.larder.cluster.doctor.Coverage;
import dev.larder.cluster.doctor.Diagnosis;
import dev.larder.cluster.doctor.Finding;
import dev.larder.cluster.doctor.NodeImage;
import dev.larder.cluster.doctor.NodeImage.Origin;
import dev.larder.cluster.doctor.Severity;
import dev.larder.oci.Digest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DoctorReportTest {
  private static final Digest DIGEST = Digest.sha256(new byte[0]);

  private static final DoctorReport REPORT =
      new DoctorReport(
          "Docker 28.5.2",
          List.of(),
          new Diagnosis(
              7,
              List.of(
                  new Finding(Area.PROXY, Severity.ERROR, "kind-worker", "is proxied", "mend it"),
                  new Finding(Area.PORT, Severity.NOTE, "larder", "is odd", "")),
              List.of(new Diagnosis.NotMade(Area.DISK, "engine", "no node runs"))),
          Optional.of(
              new Coverage(
                  List.of(
                      item("quay.io/app:1", Origin.PULLED, true),
                      item("registry.k8s.io/pause:3", Origin.NODE_IMAGE, false)))));

  @Test
  void textSaysWhatIsWrongAndWhatToDo() {
    assertThat(text(REPORT, false))
        .isEqualToNormalizingNewlines(
            """
            error: kind-worker: is proxied
              do: mend it
            note: larder: is odd
            not made: engine: disk: no node runs
            coverage: 1 of 1 pulled image came through Larder; 1 more are there without a pull, by the node image or a file
            no clusters, 7 checks: 1 error, 1 note; 1 check couldn't be made
            """);
  }

  @Test
  void coverageIsListedWhereThatIsWanted() {
    assertThat(text(REPORT, true))
        .containsPattern("kind-worker +quay.io/app:1 +by a pull +yes")
        .containsPattern("kind-worker +registry.k8s.io/pause:3 +with the node image +no");
  }

  @Test
  void aHealthyOneIsALine() {
    DoctorReport healthy =
        new DoctorReport(
            "Docker 28.5.2", List.of(), new Diagnosis(3, List.of(), List.of()), Optional.empty());

    assertThat(text(healthy, false))
        .isEqualToNormalizingNewlines("no clusters, 3 checks: nothing wrong\n");
  }

  @Test
  void jsonHasAll() {
    JsonNode json = REPORT.json();

    assertThat(json.path("findings").path(0).path("severity").asText()).isEqualTo("error");
    assertThat(json.path("findings").path(0).path("area").asText()).isEqualTo("proxy");
    assertThat(json.path("notMade").path(0).path("why").asText()).isEqualTo("no node runs");
    assertThat(json.path("coverage").path("pulled").asInt()).isEqualTo(1);
    assertThat(json.path("coverage").path("images").path(1).path("origin").asText())
        .isEqualTo("node-image");
    assertThat(json.path("coverage").path("images").path(1).path("inLarder").asBoolean()).isFalse();
  }

  private static Coverage.Item item(String name, Origin origin, boolean inLarder) {
    Digest manifest = inLarder ? DIGEST : Digest.sha256(new byte[1]);
    return new Coverage.Item(
        "kind-worker", new NodeImage(List.of(name), manifest, origin), inLarder);
  }

  private static String text(DoctorReport report, boolean all) {
    StringWriter text = new StringWriter();
    report.print(new PrintWriter(text, true), all);
    return text.toString();
  }
}
