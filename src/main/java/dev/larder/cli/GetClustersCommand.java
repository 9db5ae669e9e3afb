package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.cli.Listing.Column;
import dev.larder.cluster.Cluster;
import dev.larder.cluster.Clusters;
import dev.larder.cluster.Node;
import dev.larder.cluster.NodeWiring;
import dev.larder.cluster.Reach;
import dev.larder.deploy.Deployment;
import dev.larder.engine.Endpoint;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.registry.ProbeImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code larder get clusters}: lists the clusters of the container engine. */
@Command(
    name = "clusters",
    aliases = "cluster",
    description = {
      "List the clusters whose nodes are containers of this engine.",
      "Nodes that pull through Larder's container are wired."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class GetClustersCommand implements Callable<Integer> {

  @Mixin private ViewOptions view = new ViewOptions();

  private GetClustersCommand() {}

  @Override
  public Integer call() throws CommandException {
    List<JsonNode> clusters = new ArrayList<>();
    try (Engine engine = LocalEngine.connect()) {
      Reach reach = LocalLarder.reach(engine, null);
      boolean larder = !(reach instanceof Reach.Own) || Deployment.find(engine).isPresent();
      for (Cluster cluster : Clusters.all(engine)) {
        clusters.add(
            json(
                cluster,
                node -> larder ? Optional.of(isWired(engine, reach, node)) : Optional.empty()));
      }
    } catch (EngineException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
    Listing listing = new Listing(view.out(), view.format(), "clusters", columns());
    listing.add(clusters);
    listing.end("No clusters.");
    return 0;
  }

  private static List<Column> columns() {
    return List.of(
        Column.of("CLUSTER", Cells.text("name")),
        Column.of("KIND", Cells.text("kind")),
        Column.of("RUNNING", cluster -> share(cluster, "running")),
        Column.of("WIRED", cluster -> share(cluster, "wired")),
        Column.of("NETWORKS", cluster -> String.join(",", texts(cluster.path("networks")))),
        Column.wide("NODES", GetClustersCommand::nodes));
  }

  /** Whether larder attach would find nothing to do in a node, strict or not. */
  private static boolean isWired(Engine engine, Reach reach, Node node) {
    return Stream.of(false, true)
        .map(strict -> new NodeWiring.Wishes(strict, true, true, false))
        .map(wishes -> new NodeWiring(engine, reach, wishes, ProbeImage.NAME))
        .map(wiring -> wiring.attach(node))
        .anyMatch(report -> report.ok() && report.steps().isEmpty() && !report.unfinished());
  }

  /**
   * A cluster as it is listed.
   *
   * @param wired says whether a node pulls through Larder, if that can be said
   */
  static ObjectNode json(Cluster cluster, Function<Node, Optional<Boolean>> wired) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("name", cluster.name())
            .put("kind", cluster.kind().toString().toLowerCase(Locale.ROOT));
    Set<String> networks = new TreeSet<>();
    ArrayNode nodes = json.putArray("nodes");
    for (Node node : cluster.nodes()) {
      node.container().endpoints().stream().map(Endpoint::network).forEach(networks::add);
      ObjectNode one =
          nodes
              .addObject()
              .put("name", node.name())
              .put("role", node.role().name().toLowerCase(Locale.ROOT).replace('_', '-'))
              .put("running", node.running());
      wired.apply(node).ifPresent(is -> one.put("wired", is));
    }
    networks.forEach(json.putArray("networks")::add);
    return json;
  }

  /** Of how many nodes something is true: {@code 2/3}; a dash if it isn't known of any. */
  static String share(JsonNode cluster, String field) {
    if (cluster.path("nodes").findValue(field) == null) {
      return "-";
    }
    int share = 0;
    for (JsonNode node : cluster.path("nodes")) {
      share += node.path(field).asBoolean() ? 1 : 0;
    }
    return share + "/" + cluster.path("nodes").size();
  }

  private static String nodes(JsonNode cluster) {
    List<String> nodes = new ArrayList<>();
    for (JsonNode node : cluster.path("nodes")) {
      nodes.add(
          node.path("name").asText() + (node.path("running").asBoolean() ? "" : " (stopped)"));
    }
    return String.join(",", nodes);
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
