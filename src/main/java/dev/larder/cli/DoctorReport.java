package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.cluster.Cluster;
import dev.larder.cluster.doctor.Coverage;
import dev.larder.cluster.doctor.Diagnosis;
import dev.larder.cluster.doctor.Finding;
import dev.larder.cluster.doctor.NodeImage;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What {@code larder doctor} has to say.
 *
 * @param engine the engine's name; empty text if none answers
 * @param clusters those that were looked at
 * @param coverage empty if it couldn't be found out, or there is nothing to cover
 */
record DoctorReport(
    String engine, List<Cluster> clusters, Diagnosis diagnosis, Optional<Coverage> coverage) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** As one object. */
  JsonNode json() {
    ObjectNode report = JSON.createObjectNode().put("engine", engine);
    clusters.stream().map(Cluster::name).forEach(report.putArray("clusters")::add);
    report.put("checks", diagnosis.checks());
    ArrayNode findings = report.putArray("findings");
    for (Finding finding : diagnosis.findings()) {
      findings
          .addObject()
          .put("severity", finding.severity().toString())
          .put("area", word(finding.area()))
          .put("subject", finding.subject())
          .put("what", finding.what())
          .put("remedy", finding.remedy());
    }
    ArrayNode notMade = report.putArray("notMade");
    for (Diagnosis.NotMade check : diagnosis.notMade()) {
      notMade
          .addObject()
          .put("area", word(check.area()))
          .put("subject", check.subject())
          .put("why", check.why());
    }
    coverage.ifPresent(found -> report.set("coverage", json(found)));
    return report;
  }

  private static ObjectNode json(Coverage coverage) {
    ObjectNode object =
        JSON.createObjectNode()
            .put("pulled", coverage.pulled().size())
            .put("missed", coverage.missed().size())
            .put("notPulled", coverage.others().size());
    ArrayNode images = object.putArray("images");
    for (Coverage.Item item : coverage.images()) {
      ObjectNode image = images.addObject().put("node", item.node());
      item.image().names().forEach(image.putArray("names")::add);
      image
          .put("manifest", item.image().manifest().toString())
          .put("origin", word(item.image().origin()))
          .put("inLarder", item.inLarder());
    }
    return object;
  }

  /** {@code NODE_IMAGE} as {@code node-image}. */
  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * For people.
   *
   * @param all whether to list all images
   */
  void print(PrintWriter out, boolean all) {
    for (Finding finding : diagnosis.findings()) {
      out.println("%s: %s: %s".formatted(finding.severity(), finding.subject(), finding.what()));
      if (!finding.remedy().isEmpty()) {
        out.println("  do: " + finding.remedy());
      }
    }
    for (Diagnosis.NotMade check : diagnosis.notMade()) {
      out.println("not made: %s: %s: %s".formatted(check.subject(), check.area(), check.why()));
    }
    coverage.ifPresent(found -> print(out, found, all));
    out.println(summary());
  }

  private String summary() {
    String clusters =
        this.clusters.isEmpty()
            ? "no clusters"
            : this.clusters.stream().map(Cluster::name).collect(Collectors.joining(", "));
    String findings =
        diagnosis.findings().isEmpty()
            ? "nothing wrong"
            : diagnosis.findings().stream()
                .collect(
                    Collectors.groupingBy(Finding::severity, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(entry -> count(entry.getValue(), entry.getKey().toString()))
                .collect(Collectors.joining(", "));
    String notMade =
        diagnosis.notMade().isEmpty()
            ? ""
            : "; %s couldn't be made".formatted(count(diagnosis.notMade().size(), "check"));
    return "%s, %s: %s%s"
        .formatted(clusters, count(diagnosis.checks(), "check"), findings, notMade);
  }

  private static String count(long number, String noun) {
    return number == 1 ? "1 " + noun : number + " " + noun + "s";
  }

  private static void print(PrintWriter out, Coverage coverage, boolean all) {
    if (all) {
      Table table = new Table(out, 4);
      table.add(List.of("NODE", "IMAGE", "CAME", "IN LARDER"));
      for (Coverage.Item item : coverage.images()) {
        table.add(
            List.of(
                item.node(),
                String.join(" ", item.image().names()),
                came(item.image().origin()),
                item.inLarder() ? "yes" : "no"));
      }
      table.flush();
    }
    int pulled = coverage.pulled().size();
    int missed = coverage.missed().size();
    out.println(
        "coverage: %d of %s came through Larder; %s without a pull, by the node image or a file%s"
            .formatted(
                pulled - missed,
                count(pulled, "pulled image"),
                coverage.others().size() + " more are there",
                missed > 0 && !all ? "; --coverage lists them" : ""));
  }

  private static String came(NodeImage.Origin origin) {
    return switch (origin) {
      case NODE_IMAGE -> "with the node image";
      case IMPORTED -> "from a file";
      case PULLED -> "by a pull";
    };
  }
}
