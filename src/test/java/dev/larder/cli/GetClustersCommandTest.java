package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.cluster.Cluster;
import dev.larder.cluster.Node;
import dev.larder.engine.Container;
import dev.larder.engine.Endpoint;
import dev.larder.engine.RestartPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GetClustersCommandTest {
  private static Node node(String name, Container.State state, String... networks) {
    List<Endpoint> endpoints =
        Stream.of(networks)
            .map(network -> new Endpoint(network, Optional.empty(), Optional.empty(), List.of()))
            .toList();
    Container container =
        new Container(
            "id of " + name,
            name,
            "kindest/node",
            Map.of(),
            state,
            Optional.empty(),
            endpoints,
            List.of(),
            List.of(),
            List.of(),
            Optional.empty(),
            RestartPolicy.NO);
    return new Node(container, "dev", Cluster.Kind.KIND, Node.Role.CONTROL_PLANE);
  }

  private static final Cluster CLUSTER =
      new Cluster(
          "dev",
          Cluster.Kind.KIND,
          List.of(
              node("dev-control-plane", Container.State.RUNNING, "kind"),
              node("dev-worker", Container.State.EXITED, "kind", "bridge")));

  @Test
  void aClusterSaysOnWhichNetworksItsNodesAreAndWhichRunAndAreWired() {
    ObjectNode json =
        GetClustersCommand.json(CLUSTER, node -> Optional.of(node.name().endsWith("plane")));

    assertThat(json.path("networks").toString()).isEqualTo("[\"bridge\",\"kind\"]");
    assertThat(json.path("nodes").path(0).path("role").asText()).isEqualTo("control-plane");
    assertThat(GetClustersCommand.share(json, "running")).isEqualTo("1/2");
    assertThat(GetClustersCommand.share(json, "wired")).isEqualTo("1/2");
  }

  @Test
  void withoutALarderItCantBeSaidWhatIsWired() {
    ObjectNode json = GetClustersCommand.json(CLUSTER, _ -> Optional.empty());

    assertThat(GetClustersCommand.share(json, "wired")).isEqualTo("-");
    assertThat(json.toString()).doesNotContain("wired");
  }
}
