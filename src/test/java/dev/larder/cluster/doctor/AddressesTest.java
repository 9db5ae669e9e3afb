package dev.larder.cluster.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.cluster.Node;
import dev.larder.engine.Network;
import dev.larder.engine.RestartPolicy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressesTest {
  /** Of an API server; it names 10.96.0.1, 172.18.0.2 and 127.0.0.1. */
  private static final String CERTIFICATE =
      """
      -----BEGIN CERTIFICATE-----
      MIIB0TCCAXegAwIBAgIUZWCl1SdooGNZP6aAjVT//TNN8ocwCgYIKoZIzj0EAwIw
      GTEXMBUGA1UEAwwOa3ViZS1hcGlzZXJ2ZXIwHhcNMjYxMTI1MDAwMzUwWhcNMzYx
      MTIyMDAwMzUwWjAZMRcwFQYDVQQDDA5rdWJlLWFwaXNlcnZlcjBZMBMGByqGSM49
      AgEGCCqGSM49AwEHA0IABItNub8pWJs8cNsu11h3Uat4LkZFeiQDbloz7YCGzNYn
      lLMkdjjPf3kbdKUZ1ld/4LTsiEO3pdQaqQZGTBb0WG6jgZwwgZkwHQYDVR0OBBYE
      FLb3ecohyp0JfkuzKFNtao1rbYRkMB8GA1UdIwQYMBaAFLb3ecohyp0JfkuzKFNt
      ao1rbYRkMA8GA1UdEwEB/wQFMAMBAf8wRgYDVR0RBD8wPYISa2luZC1jb250cm9s
      LXBsYW5lggprdWJlcm5ldGVzgglsb2NhbGhvc3SHBApgAAGHBKwSAAKHBH8AAAEw
      CgYIKoZIzj0EAwIDSAAwRQIgIiHRzNtDUbAITDDaGTxcb37AXWjhJ/TEnuv1MmPF
      lksCIQCksh/r1wwBUURII2l1b8TOto3DOq2VnTipFTzWB3Mf4w==
      -----END CERTIFICATE-----
      """;

  private static final RestartingContainers.Tool NEW =
      new RestartingContainers.Tool("docker", true);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          172.18.0.5     |                 | ALWAYS         | true
          172.18.0.64    |                 | UNLESS_STOPPED | true
          172.18.0.65    |                 | ALWAYS         | false
          172.18.255.200 |                 | ALWAYS         | false
          172.18.0.5     |                 | NO             | false
          172.18.0.5     |                 | ON_FAILURE     | false
          172.18.0.5     | 172.18.128.0/17 | ALWAYS         | false
          172.18.128.9   | 172.18.128.0/17 | ALWAYS         | true
          """)
  void whatStartsWithTheEngineIsToStayAwayFromTheAddressesThatTheEngineGivesOut(
      String address, String range, RestartPolicy restart, boolean found) {
    Network network =
        Lab.kindNetwork(Optional.ofNullable(range), member("larder", "172.18.255.254"));
    var registry = Lab.other("kind-registry", restart, Lab.on("kind", address));

    List<Finding> findings = RestartingContainers.judge(network, List.of(registry), NEW);

    assertThat(findings).hasSize(found ? 1 : 0);
    assertThat(findings)
        .allSatisfy(
            finding -> {
              assertThat(finding.subject()).isEqualTo("kind-registry");
              assertThat(finding.what()).contains(address);
              assertThat(finding.remedy())
                  .isEqualTo(
                      "docker network disconnect kind kind-registry && docker network connect --ip"
                          + " 172.18.255.253 kind kind-registry");
            });
  }

  @Test
  void larderIsMovedByItsOwnCommand() {
    assertThat(
            RestartingContainers.judge(
                Lab.kindNetwork(Optional.empty()),
                List.of(Lab.larder(Lab.on("kind", "172.18.0.3")).container()),
                NEW))
        .extracting(Finding::remedy)
        .containsExactly("larder up");
  }

  @Test
  void anOldDockerMayRefuseAnAddress() {
    assertThat(
            RestartingContainers.judge(
                Lab.kindNetwork(Optional.empty()),
                List.of(Lab.larder(Lab.on("kind", "172.18.0.3")).container()),
                new RestartingContainers.Tool("docker", false)))
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.remedy())
                    .startsWith("larder up; if Docker refuses")
                    .contains("docker network rm kind"));
  }

  @Test
  void aCertificateTellsWhichAddressANodeHad() throws Exception {
    assertThat(TakenAddress.addresses(CERTIFICATE))
        .containsExactly("10.96.0.1", "172.18.0.2", "127.0.0.1");
    assertThatThrownBy(() -> TakenAddress.addresses("nothing"))
        .isInstanceOf(CheckException.class)
        .hasMessageContaining("certificate");
  }

  @Test
  void anAddressThatAnotherContainerHasTakenIsAnError() throws Exception {
    Node node = Lab.node("blue-control-plane", Lab.on("kind", "172.18.0.4"));
    Network network = Lab.kindNetwork(Optional.empty(), member("proxy", "172.18.0.2"));

    assertThat(TakenAddress.judge(node, TakenAddress.addresses(CERTIFICATE), network, false))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.ERROR);
              assertThat(finding.what()).contains("172.18.0.2", "172.18.0.4", "proxy");
              assertThat(finding.remedy())
                  .startsWith(
                      "docker network disconnect kind proxy && docker restart blue-control-plane");
            });
  }

  @Test
  void anAddressThatNobodyHasIsAWarning() throws Exception {
    Node node = Lab.node("blue-control-plane", Lab.on("kind", "172.18.0.4"));

    assertThat(
            TakenAddress.judge(
                node,
                TakenAddress.addresses(CERTIFICATE),
                Lab.kindNetwork(Optional.empty()),
                false))
        .extracting(Finding::severity)
        .containsExactly(Severity.WARNING);
  }

  @Test
  void theAddressThatTheClusterWasMadeWithIsRight() throws Exception {
    Node node = Lab.node("blue-control-plane", Lab.on("kind", "172.18.0.2"));

    assertThat(
            TakenAddress.judge(
                node,
                TakenAddress.addresses(CERTIFICATE),
                Lab.kindNetwork(Optional.empty(), member("blue-control-plane", "172.18.0.2")),
                false))
        .isEmpty();
  }

  private static Network.Member member(String name, String address) {
    return new Network.Member(name + "-id", name, Optional.of(address));
  }
}
