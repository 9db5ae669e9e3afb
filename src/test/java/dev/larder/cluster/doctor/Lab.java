package dev.larder.cluster.doctor;

import dev.larder.cluster.Cluster;
import dev.larder.cluster.Node;
import dev.larder.deploy.Deployment;
import dev.larder.engine.Container;
import dev.larder.engine.Container.Health;
import dev.larder.engine.Container.State;
import dev.larder.engine.Endpoint;
import dev.larder.engine.Network;
import dev.larder.engine.Port;
import dev.larder.engine.RestartPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A kind cluster and Larder beside it, as an engine describes them. */
final class Lab {
  private Lab() {}

  static Node node(String name, Endpoint... networks) {
    return node(Cluster.Kind.KIND, State.RUNNING, name, networks);
  }

  static Node node(Cluster.Kind kind, State state, String name, Endpoint... networks) {
    Container container =
        container(name, Map.of(), state, Optional.empty(), RestartPolicy.ON_FAILURE, networks);
    return new Node(container, "blue", kind, Node.Role.CONTROL_PLANE);
  }

  static Deployment larder(Endpoint... networks) {
    return larder(State.RUNNING, Optional.of(Health.HEALTHY), networks);
  }

  static Deployment larder(State state, Optional<Health> health, Endpoint... networks) {
    return new Deployment(
        container(
            "larder",
            Map.of(Deployment.ROLE, Deployment.REGISTRY),
            state,
            health,
            RestartPolicy.UNLESS_STOPPED,
            networks));
  }

  static Container other(String name, RestartPolicy restart, Endpoint... networks) {
    return container(name, Map.of(), State.RUNNING, Optional.empty(), restart, networks);
  }

  static Endpoint on(String network, String address) {
    return new Endpoint(network, Optional.of(address), Optional.empty(), List.of());
  }

  static Network kindNetwork(Optional<String> range, Network.Member... members) {
    return new Network(
        "kind-id",
        "kind",
        "bridge",
        List.of(
            new Network.Subnet("fc00:f853:ccd:e793::/64", Optional.empty(), Optional.empty()),
            new Network.Subnet("172.18.0.0/16", Optional.of("172.18.0.1"), range)),
        Map.of(),
        Map.of(),
        List.of(members));
  }

  private static Container container(
      String name,
      Map<String, String> labels,
      State state,
      Optional<Health> health,
      RestartPolicy restart,
      Endpoint... networks) {
    return new Container(
        name + "-id",
        name,
        "image",
        labels,
        state,
        health,
        List.of(networks),
        List.of(new Port(5000, "tcp", "127.0.0.1", 5001)),
        List.of(),
        List.of(),
        Optional.empty(),
        restart);
  }
}
