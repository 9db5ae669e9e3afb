package dev.larder.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.cluster.ClusterReport;
import dev.larder.cluster.Finding;
import dev.larder.cluster.NodeReport;
import dev.larder.cluster.Step;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * Prints what was done to clusters.
 *
 * @param done what a node is that is as it was asked for: {@code wired}
 * @param look whether nothing was changed
 */
record WiringReport(String done, boolean look) {
  private static final JsonMapper JSON = new JsonMapper();

  /** For people. */
  void text(List<ClusterReport> reports, PrintWriter out) {
    for (ClusterReport cluster : reports) {
      out.println("%s (%s)".formatted(cluster.cluster().name(), cluster.cluster().kind()));
      for (NodeReport node : cluster.nodes()) {
        out.println("  %s: %s".formatted(node.node().name(), summary(node)));
        node.steps().forEach(step -> out.println("    " + step.text()));
        node.findings().forEach(finding -> finding(out, "    ", finding));
      }
      cluster.findings().forEach(finding -> finding(out, "  ", finding));
    }
  }

  private String summary(NodeReport node) {
    if (look) {
      return node.steps().isEmpty()
          ? node.ok() ? "nothing to do" : "can't be " + done
          : "would be %s by".formatted(done);
    }
    if (!node.ok()) {
      return "NOT " + done;
    }
    return (node.steps().isEmpty() ? "was %s already".formatted(done) : done)
        + node.larder().map(larder -> " to " + larder).orElse("")
        + node.probe().map(probe -> ", seen by a pull with " + probe.tool()).orElse("");
  }

  private static void finding(PrintWriter out, String indent, Finding finding) {
    out.println(indent + (finding.isProblem() ? "! " : "") + finding.what());
    if (!finding.remedy().isEmpty()) {
      out.println(indent + "  -> " + finding.remedy());
    }
  }

  /** For scripts. */
  static ObjectNode json(List<ClusterReport> reports) {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode clusters = root.putArray("clusters");
    for (ClusterReport report : reports) {
      ObjectNode cluster =
          clusters
              .addObject()
              .put("name", report.cluster().name())
              .put("kind", report.cluster().kind().toString())
              .put("ok", report.ok());
      ArrayNode nodes = cluster.putArray("nodes");
      report.nodes().forEach(node -> node(nodes.addObject(), node));
      findings(cluster, report.findings());
    }
    return root.put("ok", reports.stream().allMatch(ClusterReport::ok));
  }

  private static void node(ObjectNode json, NodeReport report) {
    json.put("name", report.node().name())
        .put("role", word(report.node().role()))
        .put("running", report.node().running())
        .put("ok", report.ok());
    report.larder().ifPresent(larder -> json.put("larder", larder.toString()));
    ArrayNode steps = json.putArray("steps");
    for (Step step : report.steps()) {
      ObjectNode entry = steps.addObject().put("text", step.text());
      switch (step) {
        case Step.WriteFile(String path, String content, _) ->
            entry.put("write", path).put("content", content);
        case Step.RemoveFile(String path, _, _) -> entry.put("remove", path);
        case Step.RestartContainerd _ -> entry.put("restart", "containerd");
      }
    }
    report
        .probe()
        .ifPresent(
            probe ->
                json.putObject("probe")
                    .put("tool", probe.tool())
                    .put("arrived", probe.arrived())
                    .put("said", probe.said()));
    findings(json, report.findings());
  }

  private static void findings(ObjectNode json, List<Finding> findings) {
    ArrayNode array = json.putArray("findings");
    for (Finding finding : findings) {
      array
          .addObject()
          .put("level", word(finding.level()))
          .put("what", finding.what())
          .put("remedy", finding.remedy());
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
