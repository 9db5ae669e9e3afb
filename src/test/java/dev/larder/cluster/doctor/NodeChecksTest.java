package dev.larder.cluster.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.cluster.Cluster;
import dev.larder.engine.Container.State;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeChecksTest {

  @Test
  void aNodeThatDoesntRunIsAWarning() {
    assertThat(new NodeCheck(Lab.node("blue-worker")).run()).isEmpty();
    assertThat(new NodeCheck(Lab.node(Cluster.Kind.KIND, State.EXITED, "blue-worker")).run())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.WARNING);
              assertThat(finding.remedy()).startsWith("docker start blue-worker");
            });
  }

  @Test
  void aNodeWithoutANetworkInCommonWithLarderIsAnError() {
    var larder = Lab.larder(Lab.on("kind", "172.18.255.200"));

    assertThat(
            new NetworkCheck(Lab.node("blue-worker", Lab.on("kind", "172.18.0.2")), larder).run())
        .isEmpty();
    assertThat(
            new NetworkCheck(Lab.node("blue-worker", Lab.on("blue", "172.20.0.2")), larder).run())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.ERROR);
              assertThat(finding.what()).contains("the node is on blue", "larder isn't");
              assertThat(finding.remedy()).isEqualTo("larder attach blue");
            });
  }

  /** What df of coreutils and of BusyBox say. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          overlay          263112340 120000000 143112340  46% /var |
          /dev/vda1         10255636   9000000   1000000  90% /var | ERROR
          /dev/vda1        102556360  95000000   5000000  95% /var | WARNING
          /dev/vda1         10255636   5000000   5000000  50% /var |
          /dev/vda1       4102556360 3900000000 50000000  99% /var |
          """)
  void littleRoomIsSaid(String line, String severity) throws Exception {
    String df = "Filesystem     1024-blocks  Used Available Capacity Mounted on\n" + line + "\n";

    assertThat(DiskCheck.judge(df, Lab.node("blue-worker")))
        .extracting(Finding::severity)
        .isEqualTo(Optional.ofNullable(severity).map(Severity::valueOf).stream().toList());
  }

  @Test
  void whatIsNoAnswerOfDfIsNoFinding() {
    assertThatThrownBy(() -> DiskCheck.judge("df: /var: no such file", Lab.node("blue-worker")))
        .isInstanceOf(CheckException.class)
        .hasMessageContaining("blue-worker");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          172.18.255.200            |
                                    | doesn't find the name larder
          172.18.0.9                | takes larder for 172.18.0.9
          172.18.255.200,172.18.0.9 | takes larder for 172.18.0.9, 172.18.255.200,
          """)
  void aNameThatLeadsElsewhereIsAnError(String found, String what) {
    List<Finding> findings =
        NameCheck.judge(
            Lab.node("blue-worker"),
            URI.create("http://larder:5000"),
            Set.of("172.18.255.200", "172.17.0.2"),
            found == null ? Set.of() : Set.of(found.split(",", -1)));

    assertThat(findings).hasSize(what == null ? 0 : 1);
    assertThat(findings)
        .allSatisfy(finding -> assertThat(finding.what()).contains(String.valueOf(what)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http://larder:5000         | HTTP_PROXY  |                              | true
          http://larder:5000         | http_proxy  |                              | true
          http://larder:5000         | HTTPS_PROXY |                              | false
          https://larder.corp        | HTTPS_PROXY |                              | true
          http://larder:5000         | HTTP_PROXY  | 10.0.0.0/8,.svc,172.18.0.0/16 | true
          http://172.18.255.200:5000 | HTTP_PROXY  | 10.0.0.0/8,.svc,172.18.0.0/16 | false
          http://172.19.0.2:5000     | HTTP_PROXY  | 10.0.0.0/8,.svc,172.18.0.0/16 | true
          http://larder:5000         | HTTP_PROXY  | localhost, larder            | false
          http://larder:5000         | HTTP_PROXY  | larder:5000                  | false
          http://larder:5000         | HTTP_PROXY  | larder:5001                  | true
          http://larder:5000         | HTTP_PROXY  | .larder                      | true
          http://larder.corp:5000    | HTTP_PROXY  | corp                         | false
          http://larder.corp:5000    | HTTP_PROXY  | *.corp                       | false
          http://172.18.0.2:5000     | HTTP_PROXY  | 172.18.0.2                   | false
          http://larder:5000         | HTTP_PROXY  | *                            | false
          http://localhost:5000      | HTTP_PROXY  |                              | false
          """)
  void namesWhatContainerdAsksAProxyFor(
      String url, String variable, String noProxy, boolean found) {
    List<Finding> findings =
        ProxyCheck.judge(
            Lab.node("blue-worker"),
            URI.create(url),
            List.of(
                "PATH=/usr/bin",
                variable + "=http://me:secret@proxy.corp:3128",
                "NO_PROXY=" + Optional.ofNullable(noProxy).orElse("")));

    assertThat(findings).hasSize(found ? 1 : 0);
    assertThat(findings)
        .allSatisfy(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.ERROR);
              assertThat(finding.what())
                  .contains("http://proxy.corp:3128")
                  .doesNotContain("secret");
              assertThat(finding.remedy()).contains("NO_PROXY=");
            });
  }

  @Test
  void upperCaseWinsOverLowerCaseAsInGo() {
    assertThat(
            new ProxyVariables(Map.of("HTTP_PROXY", "http://one", "http_proxy", "http://other"))
                .proxyFor(URI.create("http://larder:5000")))
        .contains("http://one");
  }
}
