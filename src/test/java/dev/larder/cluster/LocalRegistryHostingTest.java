package dev.larder.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.engine.EngineException;
import dev.larder.engine.ExecResult;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalRegistryHostingTest {
  private static final Announcement WANTED = announcement("localhost:5001");

  private static final Map<String, String> ANNOTATIONS =
      Map.of(
          "kind.x-k8s.io/registry", "localhost:5001",
          "tilt.dev/registry", "localhost:5001",
          "tilt.dev/registry-from-cluster", "larder:5000");

  private final FakeCluster cluster = new FakeCluster();
  private final Kubectl kubectl = new Kubectl("kind-control-plane", cluster);

  @BeforeEach
  void twoNodes() {
    cluster.nodes.put("kind-control-plane", new TreeMap<>(Map.of("node.alpha/ttl", "0")));
    cluster.nodes.put("kind-worker", new TreeMap<>());
  }

  @Test
  void writesTheConfigMapAndAnnotatesEachNode() throws Exception {
    assertThat(publish(WANTED)).isEqualTo(new Publication.Done());

    assertThat(cluster.configMap.orElseThrow().path("metadata").path("namespace").asText())
        .isEqualTo("kube-public");
    assertThat(said())
        .isEqualTo("host: \"localhost:5001\"\nhostFromClusterNetwork: \"larder:5000\"\n");
    assertThat(cluster.annotations("kind-worker")).isEqualTo(ANNOTATIONS);
    assertThat(cluster.annotations("kind-control-plane")).containsAllEntriesOf(ANNOTATIONS);
  }

  @Test
  void changesNothingTheSecondTime() throws Exception {
    publish(WANTED);
    cluster.changes.clear();

    assertThat(publish(WANTED)).isEqualTo(new Publication.Unchanged());
    assertThat(cluster.changes).isEmpty();
  }

  @Test
  void annotatesANodeThatCameLater() throws Exception {
    publish(WANTED);
    cluster.nodes.put("kind-worker2", new TreeMap<>());

    assertThat(publish(WANTED)).isEqualTo(new Publication.Done());
    assertThat(cluster.annotations("kind-worker2")).isEqualTo(ANNOTATIONS);
  }

  @Test
  void replacesItsOwnWordsAndAnnotationsWhenTheRegistryMoves() throws Exception {
    publish(announcement("localhost:5999"));

    assertThat(publish(WANTED)).isEqualTo(new Publication.Done());
    assertThat(said()).contains("localhost:5001");
    assertThat(cluster.annotations("kind-worker")).isEqualTo(ANNOTATIONS);
    assertThat(cluster.changes.getLast()).isEqualTo("replace");
  }

  @Test
  void leavesAnotherToolsConfigMapAndTheNodesAlone() throws Exception {
    cluster.configMap =
        Optional.of(foreign("host: \"localhost:5002\"\nhelp: \"https://k3d.io\"\n"));

    assertThat(publish(WANTED)).isEqualTo(new Publication.Foreign("localhost:5002"));
    assertThat(withdraw()).isEqualTo(new Publication.Foreign("localhost:5002"));
    assertThat(cluster.changes).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "host: [", "- localhost:5002", "registry: localhost:5002"})
  void leavesAlsoAloneWhatItCantRead(String text) throws Exception {
    cluster.configMap = Optional.of(foreign(text));

    assertThat(publish(WANTED)).isEqualTo(new Publication.Foreign(""));
  }

  @Test
  void leavesAnotherToolsAnnotationsAlone() throws Exception {
    cluster.annotations("kind-worker").put("tilt.dev/registry", "localhost:5002");

    publish(WANTED);
    assertThat(cluster.annotations("kind-worker"))
        .containsEntry("tilt.dev/registry", "localhost:5002");
    withdraw();
    assertThat(cluster.annotations("kind-worker"))
        .containsExactly(Map.entry("tilt.dev/registry", "localhost:5002"));
  }

  @Test
  void withdrawsAllThatItWroteAndNothingElse() throws Exception {
    publish(WANTED);

    assertThat(withdraw()).isEqualTo(new Publication.Done());
    assertThat(cluster.configMap).isEmpty();
    assertThat(cluster.annotations("kind-worker")).isEmpty();
    assertThat(cluster.annotations("kind-control-plane")).containsOnlyKeys("node.alpha/ttl");
    assertThat(withdraw()).isEqualTo(new Publication.Unchanged());
  }

  @Test
  void aClusterWithoutNodesIsTriedAgainLater() throws Exception {
    cluster.nodes.clear();

    assertThat(publish(WANTED)).isInstanceOf(Publication.NotYet.class);
  }

  /** As kubectl 1.32 says it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          111 |                                                                                 | true
          127 |                                                                                 | true
          1   | The connection to the server localhost:8080 was refused - did you specify the right host or port? | false
          1   | Error from server (Forbidden): configmaps is forbidden: User "kubernetes-admin" | true
          1   | Error from server (NotFound): namespaces "kube-public" not found                | true
          1   | Error from server (Invalid): ConfigMap "local-registry-hosting" is invalid      | true
          1   | error: unknown flag: --request-timeout                                          | true
          """)
  void tellsWhatMayWorkLaterFromWhatWont(int exitCode, String error, boolean ready)
      throws Exception {
    String message = Optional.ofNullable(error).orElse("");
    cluster.fault = Optional.of(new ExecResult(exitCode, "", message));
    cluster.ready = ready;

    Publication publication = publish(WANTED);

    boolean permanent =
        exitCode == 127 || message.contains("Invalid") || message.startsWith("error:");
    assertThat(publication)
        .isInstanceOf(permanent ? Publication.Failed.class : Publication.NotYet.class);
    assertThat(publication.toString()).contains("kind-control-plane");
  }

  private Publication publish(Announcement wanted) throws EngineException {
    return LocalRegistryHosting.publish(kubectl, wanted);
  }

  private Publication withdraw() throws EngineException {
    return LocalRegistryHosting.withdraw(kubectl);
  }

  private String said() {
    return cluster.configMap.orElseThrow().path("data").path("localRegistryHosting.v1").asText();
  }

  private static ObjectNode foreign(String text) {
    ObjectNode configMap = Kubectl.JSON.createObjectNode();
    configMap.putObject("metadata").put("name", "local-registry-hosting");
    configMap.putObject("data").put("localRegistryHosting.v1", text);
    return configMap;
  }

  private static Announcement announcement(String host) {
    return new Announcement(host, Optional.of("larder:5000"));
  }
}
