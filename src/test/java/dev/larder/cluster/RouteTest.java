package dev.larder.cluster;

import static dev.larder.cluster.TestContainers.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.engine.Container;
import dev.larder.engine.Endpoint;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RouteTest {
  private static final Endpoint KIND = on("kind", "172.18.0.3", "172.18.0.1");
  private static final Endpoint BRIDGE = on("bridge", "172.17.0.3", "172.17.0.1");
  private static final URI BY_NAME = URI.create("http://larder:5000");

  @Test
  void aNodeOnANetworkWithNamesFindsLarderByName() {
    assertThat(Route.of(node(KIND), larder(KIND)))
        .contains(new Route("kind", true, Optional.of(BY_NAME)));
  }

  @Test
  void larderJoinsANetworkThatItIsNotOnYet() {
    Route route = Route.of(node(on("k3d-dev", "172.20.0.2", "172.20.0.1")), larder(KIND)).get();

    assertThat(route).isEqualTo(new Route("k3d-dev", false, Optional.of(BY_NAME)));
    assertThat(route.hasNames()).isTrue();
  }

  @Test
  void theDefaultBridgeHasNoNames() {
    Route route = Route.of(node(BRIDGE), larder(KIND, on("bridge", "172.17.0.9", ""))).get();

    assertThat(route)
        .isEqualTo(new Route("bridge", true, Optional.of(URI.create("http://172.17.0.9:5000"))));
    assertThat(route.aliases()).isEmpty();
  }

  @Test
  void theAddressOnTheDefaultBridgeShowsOnlyThere() {
    assertThat(Route.of(node(BRIDGE), larder(KIND)))
        .contains(new Route("bridge", false, Optional.empty()));
  }

  @Test
  void aNameOutlivesAnAddress() {
    assertThat(Route.of(node(BRIDGE, KIND), larder(on("bridge", "172.17.0.9", ""))))
        .contains(new Route("kind", false, Optional.of(BY_NAME)));
  }

  @Test
  void ofSeveralNetworksItIsOneThatLarderIsOn() {
    assertThat(Route.of(node(on("a", "10.0.0.2", "10.0.0.1"), KIND), larder(KIND)))
        .map(Route::network)
        .contains("kind");
  }

  @Test
  void thereMayBeNone() {
    assertThat(Route.of(node(on("host", "", "")), larder(KIND))).isEmpty();
  }

  @Test
  void onlyNetworksThatWereJoinedForClustersAreLeft() {
    Route joined = Route.of(node(on("k3d-dev", "172.20.0.2", "")), larder(KIND)).get();

    assertThat(Route.isForClusters(KIND)).isFalse();
    assertThat(Route.isForClusters(BRIDGE)).isTrue();
    assertThat(
            Route.isForClusters(
                new Endpoint("k3d-dev", Optional.empty(), Optional.empty(), joined.aliases())))
        .isTrue();
  }

  @Test
  void aProcessOfTheHostIsReachedByTheNodesGateway() throws Exception {
    assertThat(new Reach.Host(5001).from(node(KIND), false))
        .isEqualTo(new Reach.Names(URI.create("http://172.18.0.1:5001"), "localhost:5001"));
    assertThatThrownBy(() -> new Reach.Host(5001).from(node(), false))
        .isInstanceOf(Reach.UnreachableException.class)
        .hasMessageContaining("no network with a gateway");
  }

  private static Node node(Endpoint... endpoints) {
    return new Node(
        TestContainers.kindNode("kind-control-plane", List.of(endpoints)),
        "kind",
        Cluster.Kind.KIND,
        Node.Role.CONTROL_PLANE);
  }

  private static Container larder(Endpoint... endpoints) {
    return TestContainers.container(
        "larder", Map.of(), Container.State.RUNNING, List.of(endpoints));
  }
}
