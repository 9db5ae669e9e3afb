package dev.larder.cluster;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * What was done to a node, or would be.
 *
 * @param node the node
 * @param larder where it finds Larder; empty where that doesn't matter or can't be said
 * @param steps what was done, or would be
 * @param probe what came of a pull; empty if none was tried
 * @param findings what a person should know
 * @param unfinished whether there is more to do, that has to wait until the node is set up
 */
public record NodeReport(
    Node node,
    Optional<URI> larder,
    List<Step> steps,
    Optional<Probe.Result> probe,
    List<Finding> findings,
    boolean unfinished) {

  public NodeReport {
    steps = List.copyOf(steps);
    findings = List.copyOf(findings);
  }

  static NodeReport refused(Node node, Finding finding) {
    return new NodeReport(
        node, Optional.empty(), List.of(), Optional.empty(), List.of(finding), false);
  }

  /** Whether all is as it was asked for. */
  public boolean ok() {
    return findings.stream().noneMatch(Finding::isProblem);
  }
}
