package dev.larder.cluster;

import dev.larder.engine.Container;

/**
 * A node of a cluster: a container with a kubelet and a container runtime.
 *
 * @param container the container, running or not
 * @param cluster the cluster's name
 * @param kind what made the cluster
 * @param role what it does there
 */
public record Node(Container container, String cluster, Cluster.Kind kind, Role role) {

  /** What a node does in its cluster. */
  public enum Role {
    CONTROL_PLANE,
    WORKER
  }

  /** Its name, which is the container's. */
  public String name() {
    return container.name();
  }

  /** Whether it runs. */
  public boolean running() {
    return container.running();
  }
}
