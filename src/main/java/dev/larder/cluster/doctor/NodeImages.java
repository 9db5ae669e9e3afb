package dev.larder.cluster.doctor;

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
import java.util.stream.Collectors;

/** Reads which images a node has, and how they came there. */
final class NodeImages {
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

  private NodeImages() {}

  /**
   * The images of a running node, by name.
   *
   * @throws CheckException if it has no containerd
   */
  static List<NodeImage> read(Engine engine, Node node) throws CheckException, EngineException {
    NodeShell shell = new NodeShell(engine, node);
    return parse(shell.out(IMAGES), shell.out(CONTENT), shell.out(NEWER));
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
