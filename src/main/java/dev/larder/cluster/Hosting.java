package dev.larder.cluster;

import dev.larder.deploy.Deployment;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.net.URI;

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
    return LocalRegistryHosting.publish(
        engine, node, reach.host(), authority(reach.from(node, true)));
  }

  private static String authority(URI larder) {
    return larder.getPort() < 0 ? larder.getHost() + ":" + Deployment.PORT : larder.getAuthority();
  }

  /** What came of telling the cluster, or of taking that back. */
  static Finding finding(Node node, Publication publication) {
    String cluster = "the cluster %s".formatted(node.cluster());
    return switch (publication) {
      case Publication.Done _ -> Finding.note(cluster + " was told where its registry is");
      case Publication.Unchanged _ -> Finding.note(cluster + " knows where its registry is");
      case Publication.Foreign(String host) ->
          new Finding(
              Finding.Level.NOTE,
              "%s says that its registry is %s, which isn't ours to change"
                  .formatted(cluster, host.isEmpty() ? "another" : host),
              "delete its ConfigMap local-registry-hosting in kube-public, and attach again");
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
}
