package dev.larder.cluster.doctor;

import dev.larder.cluster.Cluster;
import dev.larder.cluster.Node;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.oci.Digest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * Which images nodes have, and how they came there.
 *
 * @param byNode the images of each node, by its name
 * @param notMade the nodes that couldn't be asked
 */
public record NodeImages(Map<String, List<NodeImage>> byNode, List<Diagnosis.NotMade> notMade) {
  /** A table with a header: reference, type, digest, and more. */
  private static final String IMAGES = "ctr -n k8s.io images ls";

  /** A table with a header: digest, size, age, labels. */
  private static final String CONTENT = "ctr -n k8s.io content ls";

  /**
   * The digests of the content that was written after the node was made. The engine leaves a file
   * in each container as it makes it: Docker one, Podman the other.
   */
  private static final String NEWER =
      """
      for mark in /.dockerenv /run/.containerenv; do
        [ -e "$mark" ] && break
      done
      [ -e "$mark" ] || { echo "nothing tells when the node was made" >&2; exit 1; }
      for root in /var/lib/containerd /var/lib/rancher/k3s/agent/containerd; do
        blobs=$root/io.containerd.content.v1.content/blobs
        [ -d "$blobs" ] && exec find "$blobs" -type f -newer "$mark"
      done
      echo "containerd's folder isn't where it usually is" >&2
      exit 1
      """;

  /** A label that containerd gives to what it gets from a registry. */
  private static final String FROM_REGISTRY = "containerd.io/distribution.source.";

  /**
   * Asks the nodes of clusters.
   *
   * @param progress is told how many have been asked
   */
  public static NodeImages read(Engine engine, List<Cluster> clusters, IntConsumer progress) {
    Map<String, List<NodeImage>> byNode = new LinkedHashMap<>();
    List<Diagnosis.NotMade> notMade = new ArrayList<>();
    List<Node> nodes = clusters.stream().flatMap(cluster -> cluster.nodes().stream()).toList();
    for (Node node : nodes) {
      progress.accept(byNode.size() + notMade.size());
      try {
        byNode.put(node.name(), read(new NodeShell(engine, node)));
      } catch (CheckException | EngineException e) {
        notMade.add(
            new Diagnosis.NotMade(Area.COVERAGE, node.name(), String.valueOf(e.getMessage())));
      }
    }
    return new NodeImages(byNode, notMade);
  }

  private static List<NodeImage> read(NodeShell shell) throws CheckException, EngineException {
    String images = shell.out(IMAGES);
    return rows(images).isEmpty() ? List.of() : parse(images, shell.out(CONTENT), shell.out(NEWER));
  }

  /** The manifests of all of them. */
  public Set<Digest> manifests() {
    return byNode.values().stream()
        .flatMap(List::stream)
        .map(NodeImage::manifest)
        .collect(Collectors.toSet());
  }

  /**
   * Compares them with what Larder has.
   *
   * @param known the manifests that Larder has
   */
  public Coverage coverage(Set<Digest> known) {
    return new Coverage(
        byNode.entrySet().stream()
            .flatMap(
                entry ->
                    entry.getValue().stream()
                        .map(
                            image ->
                                new Coverage.Item(
                                    entry.getKey(), image, known.contains(image.manifest()))))
            .toList());
  }

  static List<NodeImage> parse(String images, String content, String newer) {
    Set<Digest> pulled =
        rows(content).stream()
            .filter(row -> row.contains(FROM_REGISTRY))
            .flatMap(row -> Digest.parse(row.split("\\s+", 2)[0]).stream())
            .collect(Collectors.toSet());
    Set<String> recent =
        newer
            .lines()
            .map(path -> path.substring(path.lastIndexOf('/') + 1))
            .collect(Collectors.toCollection(HashSet::new));
    List<NodeImage> found = new ArrayList<>();
    names(images)
        .forEach(
            (digest, names) ->
                found.add(
                    new NodeImage(
                        preferred(names),
                        digest,
                        !recent.contains(digest.hex())
                            ? NodeImage.Origin.NODE_IMAGE
                            : pulled.contains(digest)
                                ? NodeImage.Origin.PULLED
                                : NodeImage.Origin.IMPORTED)));
    found.sort(Comparator.comparing(image -> image.names().getFirst()));
    return found;
  }

  /** The CRI plugin names an image thrice: by tag, by digest, and by its configuration's. */
  private static Map<Digest, List<String>> names(String images) {
    Map<Digest, List<String>> names = new LinkedHashMap<>();
    for (String row : rows(images)) {
      String[] columns = row.split("\\s+", 4);
      Optional<Digest> digest = columns.length < 3 ? Optional.empty() : Digest.parse(columns[2]);
      digest.ifPresent(
          value -> names.computeIfAbsent(value, _ -> new ArrayList<>()).add(columns[0]));
    }
    return names;
  }

  private static List<String> rows(String table) {
    return table.lines().skip(1).toList();
  }

  private static List<String> preferred(List<String> names) {
    List<String> tagged = names.stream().filter(NodeImages::isByTag).sorted().toList();
    if (!tagged.isEmpty()) {
      return tagged;
    }
    List<String> byDigest = names.stream().filter(name -> name.indexOf('@') >= 0).sorted().toList();
    return byDigest.isEmpty() ? names : byDigest;
  }

  private static boolean isByTag(String name) {
    return name.indexOf('@') < 0 && Digest.parse(name).isEmpty();
  }
}
