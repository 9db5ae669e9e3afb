package dev.larder.cluster;

import dev.larder.engine.Container;
import dev.larder.engine.Endpoint;
import dev.larder.engine.RestartPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Containers as an engine describes them. */
public final class TestContainers {
  private TestContainers() {}

  /** A running one on no network. */
  public static Container running(String name, Map<String, String> labels) {
    return container(name, labels, Container.State.RUNNING, List.of());
  }

  /** A running node of the kind cluster {@code kind}, on these networks. */
  public static Container kindNode(String name, List<Endpoint> endpoints) {
    return container(
        name,
        Map.of("io.x-k8s.kind.cluster", "kind", "io.x-k8s.kind.role", "control-plane"),
        Container.State.RUNNING,
        endpoints);
  }

  /** How a container is on a network. */
  public static Endpoint on(String network, String address, String gateway) {
    return new Endpoint(network, Optional.of(address), Optional.of(gateway), List.of());
  }

  /** Any. */
  public static Container container(
      String name, Map<String, String> labels, Container.State state, List<Endpoint> endpoints) {
    return new Container(
        name + "-id",
        name,
        "image",
        labels,
        state,
        Optional.empty(),
        endpoints,
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        RestartPolicy.NO);
  }
}
