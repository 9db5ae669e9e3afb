package dev.larder.cli;

import dev.larder.cluster.Cluster;
import dev.larder.cluster.Clusters;
import dev.larder.cluster.Node;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which nodes of which clusters a command is about. */
final class NodeOptions {
  private static final String KIND_CLUSTER_NAME = "KIND_CLUSTER_NAME";

  @Parameters(
      paramLabel = "CLUSTER",
      arity = "0..*",
      description =
          "Clusters by name. Default: the one that KIND_CLUSTER_NAME names, or the only one there"
              + " is.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = {"-A", "--all"},
      fallbackValue = "true",
      description = "All clusters.")
  private boolean all;

  @Option(
      names = "--nodes",
      paramLabel = "NODE",
      split = ",",
      description = "Only these nodes, by name.")
  private Set<String> nodes = new LinkedHashSet<>();

  /** Whether some clusters or nodes were named. */
  boolean named() {
    return all || !names.isEmpty() || !nodes.isEmpty();
  }

  /** The clusters that are meant, each with the nodes that are meant. */
  List<Cluster> clusters(Engine engine, Map<String, String> environment)
      throws CommandException, EngineException {
    return chosen(Clusters.all(engine), environment);
  }

  /** Those of {@code found} that are meant. */
  List<Cluster> chosen(List<Cluster> found, Map<String, String> environment)
      throws CommandException {
    if (all && !names.isEmpty()) {
      throw CommandException.usage("name clusters or give --all, not both");
    }
    List<Cluster> clusters = withNodes(found);
    if (all || (names.isEmpty() && !nodes.isEmpty())) {
      if (clusters.isEmpty()) {
        throw none();
      }
      return clusters;
    }
    List<String> wanted = names;
    String variable = environment.getOrDefault(KIND_CLUSTER_NAME, "");
    if (wanted.isEmpty() && !variable.isEmpty()) {
      wanted = List.of(variable);
    }
    if (!wanted.isEmpty()) {
      return named(clusters, wanted);
    }
    if (clusters.isEmpty()) {
      throw none();
    }
    if (clusters.size() > 1) {
      throw CommandException.usage(
          "there are several clusters: name some (%s), or give --all".formatted(list(clusters)));
    }
    return clusters;
  }

  private List<Cluster> named(List<Cluster> clusters, List<String> wanted) throws CommandException {
    List<Cluster> chosen = new ArrayList<>();
    for (String name : new LinkedHashSet<>(wanted)) {
      List<Cluster> called =
          clusters.stream().filter(cluster -> cluster.name().equals(name)).toList();
      if (called.isEmpty()) {
        throw CommandException.failure(
            "no cluster is called %s; %s"
                .formatted(
                    name,
                    clusters.isEmpty() ? "there is none at all" : "there are " + list(clusters)));
      }
      chosen.addAll(called);
    }
    return chosen;
  }

  private List<Cluster> withNodes(List<Cluster> found) throws CommandException {
    if (nodes.isEmpty()) {
      return found;
    }
    Set<String> unknown = new LinkedHashSet<>(nodes);
    List<Cluster> left = new ArrayList<>();
    for (Cluster cluster : found) {
      List<Node> chosen =
          cluster.nodes().stream().filter(node -> nodes.contains(node.name())).toList();
      chosen.forEach(node -> unknown.remove(node.name()));
      if (!chosen.isEmpty()) {
        left.add(new Cluster(cluster.name(), cluster.kind(), chosen));
      }
    }
    if (!unknown.isEmpty()) {
      throw CommandException.failure("no node is called " + String.join(", ", unknown));
    }
    return left;
  }

  private static CommandException none() {
    return CommandException.failure(
        "there is no cluster of kind, Cluster API's Docker provider, k3d or minikube on this"
            + " engine");
  }

  private static String list(List<Cluster> clusters) {
    return clusters.stream().map(Cluster::name).distinct().collect(Collectors.joining(", "));
  }
}
