package dev.larder.cluster;

import dev.larder.deploy.Deployment;
import dev.larder.engine.Container;
import dev.larder.engine.Endpoint;
import dev.larder.engine.Network;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a node reaches Larder's container: over a network that both are on.
 *
 * @param network the network's name
 * @param joined whether Larder is on it already
 * @param larder Larder's address there; empty where that shows only when it is on it
 */
record Route(String network, boolean joined, Optional<URI> larder) {

  /** Those that give no names to their containers, Docker's and Podman's. */
  private static final Set<String> NAMELESS = Set.of(Network.DEFAULT_BRIDGE, "podman");

  /** Those on which nothing can be joined. */
  private static final Set<String> NO_NETWORKS = Set.of("host", "none");

  /**
   * The best one: over a network with names, which outlive restarts, rather than over one without;
   * and then over one that Larder is on already.
   *
   * @return empty if the node is on no network that can be joined
   */
  static Optional<Route> of(Node node, Container larder) {
    return node.container().endpoints().stream()
        .filter(endpoint -> !NO_NETWORKS.contains(endpoint.network()))
        .map(endpoint -> over(endpoint.network(), larder))
        .min(
            Comparator.comparing((Route route) -> NAMELESS.contains(route.network()))
                .thenComparing(route -> !route.joined())
                .thenComparing(Route::network));
  }

  private static Route over(String network, Container larder) {
    Optional<Endpoint> endpoint = larder.endpoint(network);
    return new Route(
        network,
        endpoint.isPresent(),
        NAMELESS.contains(network)
            ? endpoint.flatMap(Endpoint::address).map(Route::at)
            : Optional.of(at(larder.name())));
  }

  /** Whether containers on the network have names, and may have an address of their choice. */
  boolean hasNames() {
    return !NAMELESS.contains(network);
  }

  /** The further names that Larder is to have there. */
  List<String> aliases() {
    return hasNames() ? List.of(JOINED) : List.of();
  }

  /** An alias by which a network is known that Larder was put on for a cluster's sake. */
  private static final String JOINED = "larder-attached";

  /** Whether {@code endpoint} of Larder's is there for a cluster's sake alone. */
  static boolean isForClusters(Endpoint endpoint) {
    return NAMELESS.contains(endpoint.network()) || endpoint.aliases().contains(JOINED);
  }

  private static URI at(String host) {
    return URI.create("http://%s:%d".formatted(host, Deployment.PORT));
  }
}
