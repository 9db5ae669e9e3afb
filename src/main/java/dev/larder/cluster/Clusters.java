package dev.larder.cluster;

import dev.larder.engine.Container;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The clusters of an engine, known by their nodes' labels. Load balancers, etcd outside of nodes
 * and registries carry such labels too, and are passed over.
 */
public final class Clusters {
  private static final String KIND_CLUSTER = "io.x-k8s.kind.cluster";
  private static final String KIND_ROLE = "io.x-k8s.kind.role";
  private static final String CAPD_PREFIX = "io.x-k8s.cluster.";
  private static final String K3D_CLUSTER = "k3d.cluster";
  private static final String K3D_ROLE = "k3d.role";
  private static final String MINIKUBE = "created_by.minikube.sigs.k8s.io";

  /** The second and further nodes of a minikube cluster are called so. */
  private static final Pattern MINIKUBE_FURTHER_NODE = Pattern.compile("(.+)-m[0-9]{2,}");

  private Clusters() {}

  /** All clusters that have a node, running or not, by name. */
  public static List<Cluster> all(Engine engine) throws EngineException {
    List<Container> containers = new ArrayList<>();
    for (String label : List.of(KIND_CLUSTER, K3D_CLUSTER, MINIKUBE)) {
      containers.addAll(engine.containers(Map.of(label, ""), true));
    }
    return of(containers);
  }

  /** The clusters whose nodes are among {@code containers}, by name. */
  static List<Cluster> of(List<Container> containers) {
    Set<String> capd = capdClusters(containers);
    Set<String> names = containers.stream().map(Container::name).collect(Collectors.toSet());
    Map<String, List<Node>> nodes = new TreeMap<>();
    for (Container container : containers) {
      node(container, capd, names)
          .ifPresent(
              node ->
                  nodes
                      .computeIfAbsent(node.kind() + " " + node.cluster(), _ -> new ArrayList<>())
                      .add(node));
    }
    return nodes.values().stream()
        .map(
            members -> {
              members.sort(Comparator.comparing(Node::role).thenComparing(Node::name));
              return new Cluster(members.getFirst().cluster(), members.getFirst().kind(), members);
            })
        .sorted(Comparator.comparing(Cluster::name).thenComparing(Cluster::kind))
        .toList();
  }

  /** Whether a container with these labels may be a node, as far as they tell. */
  static boolean mayBeNode(Map<String, String> labels) {
    return Stream.of(KIND_CLUSTER, K3D_CLUSTER, MINIKUBE).anyMatch(labels::containsKey);
  }

  private static Optional<Node> node(
      Container container, Set<String> capd, Set<String> minikubeNames) {
    Map<String, String> labels = container.labels();
    String kindCluster = labels.get(KIND_CLUSTER);
    if (kindCluster != null) {
      Cluster.Kind kind = capd.contains(kindCluster) ? Cluster.Kind.CAPD : Cluster.Kind.KIND;
      return kindRole(labels).map(role -> new Node(container, kindCluster, kind, role));
    }
    String k3dCluster = labels.get(K3D_CLUSTER);
    if (k3dCluster != null) {
      return k3dRole(labels).map(role -> new Node(container, k3dCluster, Cluster.Kind.K3D, role));
    }
    return labels.containsKey(MINIKUBE)
        ? Optional.of(minikubeNode(container, minikubeNames))
        : Optional.empty();
  }

  private static Optional<Node.Role> kindRole(Map<String, String> labels) {
    return switch (labels.getOrDefault(KIND_ROLE, "")) {
      case "control-plane" -> Optional.of(Node.Role.CONTROL_PLANE);
      case "worker" -> Optional.of(Node.Role.WORKER);
      default -> Optional.empty();
    };
  }

  private static Optional<Node.Role> k3dRole(Map<String, String> labels) {
    return switch (labels.getOrDefault(K3D_ROLE, "")) {
      case "server" -> Optional.of(Node.Role.CONTROL_PLANE);
      case "agent" -> Optional.of(Node.Role.WORKER);
      default -> Optional.empty();
    };
  }

  /** Its labels name the node but no cluster: the first node is called as the cluster is. */
  private static Node minikubeNode(Container container, Set<String> names) {
    Matcher further = MINIKUBE_FURTHER_NODE.matcher(container.name());
    return further.matches() && names.contains(further.group(1))
        ? new Node(container, further.group(1), Cluster.Kind.MINIKUBE, Node.Role.WORKER)
        : new Node(container, container.name(), Cluster.Kind.MINIKUBE, Node.Role.CONTROL_PLANE);
  }

  /**
   * Of the clusters with kind's labels, those that Cluster API made: a label of its own, which only
   * nodes in a failure domain have, or names that kind doesn't give.
   */
  private static Set<String> capdClusters(List<Container> containers) {
    Set<String> found = new HashSet<>();
    for (Container container : containers) {
      String cluster = container.labels().get(KIND_CLUSTER);
      if (cluster != null
          && (container.labels().keySet().stream().anyMatch(key -> key.startsWith(CAPD_PREFIX))
              || !namedByKind(container.name(), cluster))) {
        found.add(cluster);
      }
    }
    return found;
  }

  private static boolean namedByKind(String container, String cluster) {
    return container.matches(
        Pattern.quote(cluster)
            + "-(control-plane|worker|external-load-balancer|external-etcd)[0-9]*");
  }
}
