package dev.larder.cli;

import dev.larder.cluster.Cluster;
import dev.larder.cluster.ClusterReport;
import dev.larder.cluster.Node;
import dev.larder.control.Step;
import dev.larder.engine.EngineException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Does something to clusters, one after another, and shows how far it is. */
final class WiringRun {
  private WiringRun() {}

  /** What is done to a cluster, which tells of each node before. */
  @FunctionalInterface
  interface Work {
    ClusterReport on(Cluster cluster, Consumer<Node> begun) throws EngineException;
  }

  /**
   * Does it.
   *
   * @param doing a word for it: {@code wiring}
   */
  static List<ClusterReport> of(
      OutputOptions output, String doing, List<Cluster> clusters, Work work)
      throws EngineException {
    List<ClusterReport> reports = new ArrayList<>();
    try (ProgressLine progress = ProgressLine.on(output.err(), InstantSource.system())) {
      for (Cluster cluster : clusters) {
        reports.add(
            work.on(
                cluster,
                node ->
                    progress.report(new Step(doing + " " + node.name(), Step.Unit.ITEMS, 0, 0))));
      }
    }
    return reports;
  }

  /** Prints what came of it. */
  static void print(OutputOptions output, WiringReport report, List<ClusterReport> reports) {
    PrintWriter out = output.out();
    switch (output.format()) {
      case TEXT -> report.text(reports, out);
      case JSON -> out.println(WiringReport.json(reports));
    }
    out.flush();
  }
}
