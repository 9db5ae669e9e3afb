package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.cli.Listing.Column;
import dev.larder.cluster.Cluster;
import dev.larder.cluster.Clusters;
import dev.larder.cluster.Node;
import dev.larder.engine.Endpoint;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code larder get clusters}: lists the clusters of the container engine. */
@Command(
    name = "clusters",
    aliases = "cluster",
    description = "List the clusters whose nodes are containers of this engine.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class GetClustersCommand implements Callable<Integer> {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Mixin private ViewOptions view = new ViewOptions();

  private GetClustersCommand() {}

  @Override
  public Integer call() throws CommandException {
    List<Cluster> clusters;
    try (Engine engine =
        Engine.connect(System.getenv(), Path.of(System.getProperty("user.home")))) {
      clusters = Clusters.all(engine);
    } catch (EngineException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
    Listing listing = new Listing(view.out(), view.format(), "clusters", columns());
    listing.add(clusters.stream().<JsonNode>map(GetClustersCommand::json).toList());
    listing.end("No clusters.");
    return 0;
  }

  private static List<Column> columns() {
    return List.of(
        Column.of("CLUSTER", Cells.text("name")),
        Column.of("KIND", Cells.text("kind")),
        Column.narrow("NODES", GetClustersCommand::running),
        Column.of("NETWORKS", cluster -> String.join(",", texts(cluster.path("networks")))),
        Column.wide("NODES", GetClustersCommand::nodes));
  }

  static ObjectNode json(Cluster cluster) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("name", cluster.name())
            .put("kind", cluster.kind().toString().toLowerCase(Locale.ROOT));
    Set<String> networks = new TreeSet<>();
    ArrayNode nodes = json.putArray("nodes");
    for (Node node : cluster.nodes()) {
      node.container().endpoints().stream().map(Endpoint::network).forEach(networks::add);
      nodes
          .addObject()
          .put("name", node.name())
          .put("role", node.role().name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .put("running", node.running());
    }
    networks.forEach(json.putArray("networks")::add);
    return json;
  }

  /** As {@code kubectl} counts what is ready: {@code 2/3}. */
  private static String running(JsonNode cluster) {
    int running = 0;
    for (JsonNode node : cluster.path("nodes")) {
      running += node.path("running").asBoolean() ? 1 : 0;
    }
    return running + "/" + cluster.path("nodes").size();
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
