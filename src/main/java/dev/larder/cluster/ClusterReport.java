package dev.larder.cluster;

import java.util.List;

/**
 * What was done to a cluster, or would be.
 *
 * @param cluster the cluster
 * @param nodes what was done to its nodes
 * @param findings what a person should know of the cluster as a whole
 */
public record ClusterReport(Cluster cluster, List<NodeReport> nodes, List<Finding> findings) {

  public ClusterReport {
    nodes = List.copyOf(nodes);
    findings = List.copyOf(findings);
  }

  /** Whether all is as it was asked for. */
  public boolean ok() {
    return nodes.stream().allMatch(NodeReport::ok)
        && findings.stream().noneMatch(Finding::isProblem);
  }
}
