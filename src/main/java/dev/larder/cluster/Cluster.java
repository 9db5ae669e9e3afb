package dev.larder.cluster;

import java.util.List;

/**
 * A cluster whose nodes are containers.
 *
 * @param name its name, as the tool that made it says it
 * @param kind that tool
 * @param nodes its nodes, control plane first and then by name; never empty
 */
public record Cluster(String name, Kind kind, List<Node> nodes) {

  public Cluster {
    nodes = List.copyOf(nodes);
  }

  /** What makes clusters of containers. */
  public enum Kind {
    KIND("kind"),
    /** The Docker provider of Cluster API; its nodes are kind's. */
    CAPD("CAPD"),
    K3D("k3d"),
    MINIKUBE("minikube");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** As people write it. */
    @Override
    public String toString() {
      return word;
    }
  }
}
