package dev.larder.cluster.doctor;

import dev.larder.cluster.Node;
import dev.larder.deploy.Deployment;
import dev.larder.engine.Endpoint;
import java.util.List;
import java.util.stream.Collectors;

/** Whether a node and Larder are on a network in common. */
record NetworkCheck(Node node, Deployment larder) implements Check {
  @Override
  public Area area() {
    return Area.NETWORK;
  }

  @Override
  public String subject() {
    return node.name();
  }

  @Override
  public List<Finding> run() {
    List<Endpoint> networks = node.container().endpoints();
    if (networks.stream().anyMatch(network -> larder.endpoint(network.network()).isPresent())) {
      return List.of();
    }
    String names =
        networks.isEmpty()
            ? "no network"
            : networks.stream().map(Endpoint::network).collect(Collectors.joining(", "));
    return List.of(
        new Finding(
            Area.NETWORK,
            Severity.ERROR,
            node.name(),
            "the node is on %s, and %s isn't: it pulls without Larder"
                .formatted(names, larder.container().name()),
            "larder attach " + node.cluster()));
  }
}
