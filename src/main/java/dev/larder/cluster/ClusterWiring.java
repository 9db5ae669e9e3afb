package dev.larder.cluster;

import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Wires clusters, and undoes it: their nodes, and what they say of their registry. */
public final class ClusterWiring {
  private final Engine engine;
  private final Reach reach;
  private final NodeWiring nodes;
  private final boolean announce;
  private final boolean look;

  /**
   * @param announce whether clusters are told of their registry
   * @param look whether nothing may be changed
   */
  public ClusterWiring(
      Engine engine, Reach reach, NodeWiring nodes, boolean announce, boolean look) {
    this.engine = engine;
    this.reach = reach;
    this.nodes = nodes;
    this.announce = announce;
    this.look = look;
  }

  /**
   * Wires a cluster.
   *
   * @param begun is told of each node before it is wired
   */
  public ClusterReport attach(Cluster cluster, Consumer<Node> begun) throws EngineException {
    List<NodeReport> reports = new ArrayList<>();
    for (Node node : cluster.nodes()) {
      begun.accept(node);
      reports.add(nodes.attach(node));
    }
    List<Finding> findings = new ArrayList<>();
    Optional<Node> controlPlane =
        reports.stream()
            .filter(NodeReport::ok)
            .map(NodeReport::node)
            .filter(node -> node.role() == Node.Role.CONTROL_PLANE)
            .findFirst();
    if (announce && !look && controlPlane.isPresent()) {
      Node node = controlPlane.get();
      try {
        findings.add(Hosting.finding(node, Hosting.publish(engine, reach, node)));
      } catch (Reach.UnreachableException e) {
        findings.add(e.finding());
      }
    }
    return new ClusterReport(cluster, reports, findings);
  }

  /**
   * Makes a cluster what it was before.
   *
   * @param begun is told of each node before that
   */
  public ClusterReport detach(Cluster cluster, Consumer<Node> begun) throws EngineException {
    List<Finding> findings = new ArrayList<>();
    Optional<Node> controlPlane =
        cluster.nodes().stream()
            .filter(node -> node.role() == Node.Role.CONTROL_PLANE && node.running())
            .findFirst();
    // Before containerd is restarted, which the API server may notice.
    if (announce && !look && controlPlane.isPresent()) {
      Hosting.withdrawal(
              controlPlane.get(), LocalRegistryHosting.withdraw(engine, controlPlane.get()))
          .ifPresent(findings::add);
    }
    List<NodeReport> reports = new ArrayList<>();
    for (Node node : cluster.nodes()) {
      begun.accept(node);
      reports.add(nodes.detach(node));
    }
    return new ClusterReport(cluster, reports, findings);
  }

  /** All clusters but those that were detached; of these, the nodes that weren't. */
  public static List<Cluster> attached(Engine engine, List<Cluster> detached)
      throws EngineException {
    Set<String> ids =
        detached.stream()
            .flatMap(cluster -> cluster.nodes().stream())
            .map(node -> node.container().id())
            .collect(Collectors.toSet());
    return Clusters.all(engine).stream()
        .map(
            cluster ->
                new Cluster(
                    cluster.name(),
                    cluster.kind(),
                    cluster.nodes().stream()
                        .filter(node -> !ids.contains(node.container().id()))
                        .toList()))
        .toList();
  }
}
