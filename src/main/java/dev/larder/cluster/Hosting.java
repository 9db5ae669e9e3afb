package dev.larder.cluster;

import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.util.Optional;

/** Tells clusters of their registry, and people what came of it. */
final class Hosting {
  private Hosting() {}

  /**
   * Lets a cluster say that its registry is Larder.
   *
   * @param node one of its control plane, which is wired
   */
  static Publication publish(Engine engine, Reach reach, Node node)
      throws EngineException, Reach.UnreachableException {
    Reach.Names names = reach.from(node, true);
    return LocalRegistryHosting.publish(
        engine, node, names.fromHost(), names.fromNode().getAuthority());
  }

  /** What came of telling the cluster. */
  static Finding finding(Node node, Publication publication) {
    String cluster = "the cluster %s".formatted(node.cluster());
    return switch (publication) {
      case Publication.Done _ -> Finding.note(cluster + " was told where its registry is");
      case Publication.Unchanged _ -> Finding.note(cluster + " knows where its registry is");
      case Publication.Foreign(String host) ->
          new Finding(
              Finding.Level.NOTE,
              "%s says that its registry is %s, and not by us: that stays"
                  .formatted(cluster, host.isEmpty() ? "another" : host),
              "if it is to be Larder, delete its ConfigMap local-registry-hosting in kube-public,"
                  + " and attach again");
      case Publication.NotYet(String why) ->
          new Finding(
              Finding.Level.NOTE,
              "%s wasn't told where its registry is: %s".formatted(cluster, why),
              "attach again when its API server runs");
      case Publication.Failed(String why) ->
          Finding.problem(
              "%s can't be told where its registry is: %s".formatted(cluster, why),
              "mend that, or attach with --no-configmap");
    };
  }

  /** What came of taking that back; empty if there was nothing to take back. */
  static Optional<Finding> withdrawal(Node node, Publication publication) {
    String cluster = "the cluster %s".formatted(node.cluster());
    return switch (publication) {
      case Publication.Done _ ->
          Optional.of(Finding.note(cluster + " no longer says where its registry is"));
      case Publication.Unchanged _ -> Optional.empty();
      case Publication.Foreign _ -> Optional.of(finding(node, publication));
      case Publication.NotYet(String why) ->
          Optional.of(
              new Finding(
                  Finding.Level.NOTE,
                  "%s can't be asked what it says of its registry: %s".formatted(cluster, why),
                  "if it was told, detach again when its API server runs"));
      case Publication.Failed(String why) ->
          Optional.of(
              Finding.problem(
                  "%s may still say where its registry is: %s".formatted(cluster, why),
                  "mend that and detach again, or detach with --no-configmap"));
    };
  }
}
