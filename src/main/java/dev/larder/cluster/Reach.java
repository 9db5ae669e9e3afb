package dev.larder.cluster;

import dev.larder.deploy.Deployment;
import dev.larder.deploy.HighAddress;
import dev.larder.engine.Container;
import dev.larder.engine.Endpoint;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where nodes find Larder: its container on the same engine, or a Larder that runs elsewhere. */
public sealed interface Reach {

  /** Why a node can't reach Larder; the message is for the user, with what to do. */
  final class UnreachableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    UnreachableException(String message, String remedy) {
      super(message);
      this.remedy = remedy;
    }

    Finding finding() {
      return Finding.problem(String.valueOf(getMessage()), remedy);
    }
  }

  /**
   * What Larder is called.
   *
   * @param fromNode its address as seen from a node
   * @param fromHost the name with which the host pushes to it, and nodes pull what was pushed
   */
  record Names(URI fromNode, String fromHost) {}

  /**
   * What Larder is called. Makes it reachable from the node, unless it is only looked at.
   *
   * @param look whether nothing may be changed
   */
  Names from(Node node, boolean look) throws EngineException, UnreachableException;

  /** Leaves the networks that were joined for nodes of which none is left in {@code clusters}. */
  void leaveUnused(List<Cluster> clusters) throws EngineException;

  /**
   * A Larder that runs elsewhere.
   *
   * @param server its address, the same from each node
   */
  record Server(URI server) implements Reach {
    @Override
    public Names from(Node node, boolean look) {
      return new Names(server, server.getAuthority());
    }

    @Override
    public void leaveUnused(List<Cluster> clusters) {}
  }

  /**
   * A Larder that runs as a process beside the engine: nodes reach the host by the gateways of
   * their networks.
   *
   * @param port its port there
   */
  record Host(int port) implements Reach {
    @Override
    public Names from(Node node, boolean look) throws UnreachableException {
      return node.container().endpoints().stream()
          .flatMap(endpoint -> endpoint.gateway().stream())
          .findFirst()
          .map(
              gateway ->
                  new Names(
                      URI.create("http://%s:%d".formatted(gateway, port)), "localhost:" + port))
          .orElseThrow(
              () ->
                  new UnreachableException(
                      node.name() + " is on no network with a gateway to the host",
                      "name a Larder that it can reach: --server URL"));
    }

    @Override
    public void leaveUnused(List<Cluster> clusters) {}
  }

  /**
   * Larder's own container. It is put on the networks that nodes are on: by name where a network
   * has names, and by its address on the engine's default network.
   *
   * @param engine where it runs
   */
  record Own(Engine engine) implements Reach {
    private static final Logger log = LoggerFactory.getLogger(Own.class);
    private static final URI NOT_YET = URI.create("http://ADDRESS:" + Deployment.PORT);

    @Override
    public Names from(Node node, boolean look) throws EngineException, UnreachableException {
      Deployment deployment = deployment();
      Route route = route(node, deployment.container());
      if (!route.joined() && !look) {
        join(route, deployment.container());
        route = route(node, deployment().container());
      }
      if (route.larder().isEmpty() && !look) {
        throw new UnreachableException(
            "Larder's container got no address on the network " + route.network(), "larder doctor");
      }
      return new Names(route.larder().orElse(NOT_YET), host(deployment));
    }

    private static String host(Deployment deployment) throws UnreachableException {
      return deployment
          .hostPort()
          .map(port -> "localhost:" + port)
          .orElseThrow(
              () ->
                  new UnreachableException(
                      "Larder's container publishes no port on the host", "larder up"));
    }

    /** At a high address, if the engine lets us: a low one may be a node's after its restart. */
    private void join(Route route, Container larder) throws EngineException {
      Optional<String> address =
          route.hasNames()
              ? engine.network(route.network()).flatMap(HighAddress::of)
              : Optional.empty();
      if (address.isPresent()) {
        try {
          engine.connect(route.network(), larder.id(), address, route.aliases());
          return;
        } catch (EngineException e) {
          // Docker before 29.1 does so only in ranges that somebody has set.
          log.debug("{}: {}; taking any address", route.network(), e.getMessage());
        }
      }
      try {
        engine.connect(route.network(), larder.id(), Optional.empty(), route.aliases());
      } catch (EngineException e) {
        // Whoever else wires nodes may have done so meanwhile.
        if (engine.container(larder.id()).flatMap(now -> now.endpoint(route.network())).isEmpty()) {
          throw e;
        }
      }
    }

    private static Route route(Node node, Container larder) throws UnreachableException {
      return Route.of(node, larder)
          .orElseThrow(
              () ->
                  new UnreachableException(
                      node.name() + " is on no network that Larder's container can join",
                      "name a Larder that it can reach: --server URL"));
    }

    @Override
    public void leaveUnused(List<Cluster> clusters) throws EngineException {
      Optional<Deployment> deployment = Deployment.find(engine);
      if (deployment.isEmpty()) {
        return;
      }
      Set<String> used =
          clusters.stream()
              .flatMap(cluster -> cluster.nodes().stream())
              .flatMap(node -> node.container().endpoints().stream())
              .map(Endpoint::network)
              .collect(Collectors.toSet());
      Container larder = deployment.get().container();
      for (Endpoint endpoint : larder.endpoints()) {
        if (Route.isForClusters(endpoint) && !used.contains(endpoint.network())) {
          engine.disconnect(endpoint.network(), larder.id());
        }
      }
    }

    private Deployment deployment() throws EngineException, UnreachableException {
      Optional<Deployment> found = Deployment.find(engine);
      if (found.filter(Deployment::running).isEmpty()) {
        throw new UnreachableException(
            found.isEmpty()
                ? "no container of Larder is on " + engine.name()
                : "Larder's container, %s, doesn't run".formatted(found.get().container().name()),
            "larder up; or name a Larder that runs elsewhere: --server URL");
      }
      return found.get();
    }
  }
}
