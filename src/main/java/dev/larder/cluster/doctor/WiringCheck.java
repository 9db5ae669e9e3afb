package dev.larder.cluster.doctor;

import dev.larder.cluster.Node;
import dev.larder.cluster.NodeReport;
import dev.larder.cluster.NodeWiring;
import dev.larder.cluster.NodeWiring.Wishes;
import dev.larder.cluster.Reach;
import dev.larder.cluster.Step;
import dev.larder.engine.Engine;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a node's containerd is configured to pull through Larder: asks what {@code larder attach}
 * would do there, and what stands in its way.
 */
record WiringCheck(Engine engine, Reach reach, Node node) implements Check {
  @Override
  public Area area() {
    return Area.CONTAINERD;
  }

  @Override
  public String subject() {
    return node.name();
  }

  @Override
  public List<Finding> run() throws CheckException {
    if (!node.running()) {
      throw new CheckException(node.name() + " isn't running");
    }
    NodeReport report = look(false);
    return judge(report.steps().isEmpty() || !isStrict() ? report : look(true));
  }

  /** A node that was attached by {@code --strict} is as it should be, too. */
  private boolean isStrict() {
    NodeReport report = look(true);
    return report.ok() && report.steps().isEmpty();
  }

  private NodeReport look(boolean strict) {
    return new NodeWiring(engine, reach, new Wishes(strict, true, true, false), "").attach(node);
  }

  static List<Finding> judge(NodeReport report) {
    Node node = report.node();
    List<Finding> findings = new ArrayList<>();
    for (dev.larder.cluster.Finding found : report.findings()) {
      findings.add(
          new Finding(
              Area.CONTAINERD,
              found.isProblem() ? Severity.ERROR : Severity.NOTE,
              node.name(),
              found.what(),
              found.remedy()));
    }
    if (!report.steps().isEmpty()) {
      findings.add(
          new Finding(
              Area.CONTAINERD,
              Severity.ERROR,
              node.name(),
              "the node doesn't pull everything through Larder that it could; it takes to "
                  + String.join("; ", report.steps().stream().map(Step::text).toList()),
              "larder attach " + node.cluster()));
    }
    return findings;
  }
}
