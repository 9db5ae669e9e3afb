package dev.larder.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a cluster tells tools like Tilt and Skaffold where to push: the ConfigMap {@code
 * kube-public/local-registry-hosting}, and for older Tilts annotations of its nodes.
 *
 * <p>There is one registry a cluster: where ctlptl, k3d or a script has written the ConfigMap,
 * nothing is changed. Ours has the label {@code app.kubernetes.io/managed-by=larder}. It also says
 * which annotations are ours: those with its values.
 *
 * @see <a
 *     href="https://github.com/kubernetes/enhancements/tree/master/keps/sig-cluster-lifecycle/generic/1755-communicating-a-local-registry">KEP-1755</a>
 */
public final class LocalRegistryHosting {
  private static final String NAME = "local-registry-hosting";
  private static final String NAMESPACE = "kube-public";
  private static final String KEY = "localRegistryHosting.v1";
  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  private static final String LARDER = "larder";

  private LocalRegistryHosting() {}

  /**
   * What a cluster says now.
   *
   * @param announcement empty if it can't be read
   * @param ours whether Larder has written it
   */
  public record Current(Optional<Announcement> announcement, boolean ours) {
    /** The registry's name for tools outside the cluster; empty text if it can't be read. */
    public String host() {
      return announcement.map(Announcement::host).orElse("");
    }
  }

  /**
   * Reads what the cluster says; empty if it says nothing.
   *
   * @param controlPlane a node that has the cluster's API server
   * @throws KubectlException if that can't be asked
   */
  public static Optional<Current> read(Engine engine, Node controlPlane)
      throws KubectlException, EngineException {
    return configMap(Kubectl.of(engine, controlPlane)).map(LocalRegistryHosting::current);
  }

  /**
   * Lets the cluster say that its registry is {@code host}. To do so again changes nothing, but
   * annotates nodes that have come.
   *
   * @param controlPlane a node that has the cluster's API server
   * @param host where tools outside push, {@code localhost:5001}
   * @param fromCluster where tools in pods push, {@code larder:5000}
   * @throws EngineException if no command can be run in the node
   */
  public static Publication publish(
      Engine engine, Node controlPlane, String host, String fromCluster) throws EngineException {
    return publish(
        Kubectl.of(engine, controlPlane), new Announcement(host, Optional.of(fromCluster)));
  }

  /** Takes back what {@link #publish} has written, and nothing else. */
  public static Publication withdraw(Engine engine, Node controlPlane) throws EngineException {
    return withdraw(Kubectl.of(engine, controlPlane));
  }

  static Publication publish(Kubectl kubectl, Announcement wanted) throws EngineException {
    try {
      Optional<JsonNode> found = configMap(kubectl);
      Optional<Current> current = found.map(LocalRegistryHosting::current);
      if (current.isPresent() && !current.get().ours()) {
        return new Publication.Foreign(current.get().host());
      }
      if (found.isEmpty()) {
        kubectl.run(newConfigMap(wanted), "create", "-f", "-");
      }
      boolean annotated = annotate(kubectl, current.flatMap(Current::announcement), wanted);
      // Last: until then, the old one tells which annotations are ours.
      boolean replaced = found.isPresent() && !says(found.get(), wanted);
      if (replaced) {
        kubectl.run(changed(found.get(), wanted), "replace", "-f", "-");
      }
      return found.isEmpty() || annotated || replaced
          ? new Publication.Done()
          : new Publication.Unchanged();
    } catch (KubectlException e) {
      return failed(e);
    }
  }

  static Publication withdraw(Kubectl kubectl) throws EngineException {
    try {
      Optional<Current> current = configMap(kubectl).map(LocalRegistryHosting::current);
      if (current.isEmpty()) {
        return new Publication.Unchanged();
      }
      if (!current.get().ours()) {
        return new Publication.Foreign(current.get().host());
      }
      Map<String, String> ours =
          current.get().announcement().map(LocalRegistryHosting::annotations).orElse(Map.of());
      for (JsonNode node : nodes(kubectl)) {
        List<String> removals =
            ours.entrySet().stream()
                .filter(entry -> entry.getValue().equals(annotation(node, entry.getKey())))
                .map(entry -> entry.getKey() + "-")
                .toList();
        change(kubectl, node, removals);
      }
      kubectl.run("delete", "configmap", NAME, "-n", NAMESPACE, "--ignore-not-found");
      return new Publication.Done();
    } catch (KubectlException e) {
      return failed(e);
    }
  }

  private static Publication failed(KubectlException e) {
    String why = String.valueOf(e.getMessage());
    return e.temporary() ? new Publication.NotYet(why) : new Publication.Failed(why);
  }

  private static Optional<JsonNode> configMap(Kubectl kubectl)
      throws KubectlException, EngineException {
    return kubectl.json(
        "get", "configmap", NAME, "-n", NAMESPACE, "-o", "json", "--ignore-not-found");
  }

  private static Current current(JsonNode configMap) {
    return new Current(
        Announcement.parse(configMap.path("data").path(KEY).asText()),
        configMap.path("metadata").path("labels").path(MANAGED_BY).asText().equals(LARDER));
  }

  private static boolean says(JsonNode configMap, Announcement wanted) {
    return configMap.path("data").path(KEY).asText().equals(wanted.yaml());
  }

  private static ObjectNode newConfigMap(Announcement wanted) {
    ObjectNode object =
        Kubectl.JSON.createObjectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("name", NAME).put("namespace", NAMESPACE);
    metadata.putObject("labels").put(MANAGED_BY, LARDER);
    object.putObject("data").put(KEY, wanted.yaml());
    return object;
  }

  /** With the resourceVersion that was read, so that nobody else's change is overwritten. */
  private static JsonNode changed(JsonNode configMap, Announcement wanted) {
    ObjectNode object = configMap.deepCopy();
    object.putObject("data").put(KEY, wanted.yaml());
    return object;
  }

  /** What Tilt reads from a node where there is no ConfigMap. */
  private static Map<String, String> annotations(Announcement announcement) {
    Map<String, String> annotations = new TreeMap<>();
    annotations.put("kind.x-k8s.io/registry", announcement.host());
    annotations.put("tilt.dev/registry", announcement.host());
    announcement
        .fromClusterNetwork()
        .ifPresent(host -> annotations.put("tilt.dev/registry-from-cluster", host));
    return annotations;
  }

  /**
   * Annotates the nodes that lack it.
   *
   * @param before what was ours so far
   */
  private static boolean annotate(
      Kubectl kubectl, Optional<Announcement> before, Announcement wanted)
      throws KubectlException, EngineException {
    Map<String, String> ours = before.map(LocalRegistryHosting::annotations).orElse(Map.of());
    List<JsonNode> nodes = nodes(kubectl);
    boolean changed = false;
    for (JsonNode node : nodes) {
      List<String> additions = new ArrayList<>();
      annotations(wanted)
          .forEach(
              (key, value) -> {
                String there = annotation(node, key);
                if (!there.equals(value)
                    && (there.isEmpty() || there.equals(ours.getOrDefault(key, "")))) {
                  additions.add(key + "=" + value);
                }
              });
      change(kubectl, node, additions);
      changed |= !additions.isEmpty();
    }
    if (nodes.isEmpty()) {
      throw new KubectlException("the cluster has no node yet", true);
    }
    return changed;
  }

  private static void change(Kubectl kubectl, JsonNode node, List<String> annotations)
      throws KubectlException, EngineException {
    if (annotations.isEmpty()) {
      return;
    }
    List<String> arguments =
        new ArrayList<>(List.of("annotate", "--overwrite", "node", nameOf(node)));
    arguments.addAll(annotations);
    kubectl.run(arguments.toArray(String[]::new));
  }

  private static List<JsonNode> nodes(Kubectl kubectl) throws KubectlException, EngineException {
    return kubectl.json("get", "nodes", "-o", "json").stream()
        .flatMap(list -> list.path("items").valueStream())
        .toList();
  }

  private static String nameOf(JsonNode node) {
    return node.path("metadata").path("name").asText();
  }

  private static String annotation(JsonNode node, String key) {
    return node.path("metadata").path("annotations").path(key).asText();
  }
}
