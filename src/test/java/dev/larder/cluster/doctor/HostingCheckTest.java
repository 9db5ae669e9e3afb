package dev.larder.cluster.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.cluster.Announcement;
import dev.larder.cluster.Cluster;
import dev.larder.cluster.LocalRegistryHosting.Current;
import dev.larder.engine.Container.State;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostingCheckTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          KIND | localhost:5001  | true  | true  |       |
          KIND | localhost:5001  | false | true  |       |
          KIND | 127.0.0.1:5001  | true  | false |       |
          KIND | localhost:5999  | true  | true  | ERROR | larder attach blue
          KIND | localhost:5002  | false | true  | NOTE  | kubectl --context kind-blue -n kube-public delete
          KIND | localhost:5002  | false | false | ERROR | kubectl --context kind-blue -n kube-public delete
          K3D  | localhost:5002  | false | false | ERROR | kubectl --context k3d-blue -n kube-public delete
          CAPD | localhost:5002  | false | false | ERROR | docker exec blue-control-plane kubectl --kubeconfig
          KIND | registry.corp   | false | false | NOTE  | nothing, if
          KIND |                 | false | false | ERROR | kubectl
          """)
  void saysWhetherWhatTheClusterSaysIsTrue(
      Cluster.Kind kind,
      String host,
      boolean ours,
      boolean answers,
      String severity,
      String remedy) {
    var current =
        new Current(
            Optional.ofNullable(host).map(name -> new Announcement(name, Optional.empty())), ours);

    List<Finding> findings =
        HostingCheck.judge(
            cluster(kind), Optional.of("localhost:5001"), current, answers, "blue-control-plane");

    assertThat(findings).hasSize(severity == null ? 0 : 1);
    assertThat(findings)
        .allSatisfy(
            finding -> {
              assertThat(finding.severity().name()).isEqualTo(severity);
              assertThat(finding.remedy()).contains(remedy);
            });
  }

  private static Cluster cluster(Cluster.Kind kind) {
    return new Cluster("blue", kind, List.of(Lab.node(kind, State.RUNNING, "blue-control-plane")));
  }
}
