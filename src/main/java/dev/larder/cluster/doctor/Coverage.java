package dev.larder.cluster.doctor;

import dev.larder.oci.Digest;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which of the nodes' images Larder has: what it hasn't never came through it.
 *
 * @param images what the nodes have
 */
public record Coverage(List<Item> images) {

  public Coverage {
    images = List.copyOf(images);
  }

  /**
   * An image of a node.
   *
   * @param node the node's name
   * @param image the image
   * @param inLarder whether Larder has its manifest
   */
  public record Item(String node, NodeImage image, boolean inLarder) {
    /** Whether it was pulled, and not by way of Larder. */
    public boolean missed() {
      return image.origin() == NodeImage.Origin.PULLED && !inLarder;
    }
  }

  /** The images that nodes have pulled, each once. */
  public Set<Digest> pulled() {
    return manifests(images.stream().filter(Coverage::isPulled).toList());
  }

  /** Those of them that Larder hasn't. */
  public Set<Digest> missed() {
    return manifests(images.stream().filter(Item::missed).toList());
  }

  /** Those that came to a node without a registry: by its node image, or from a file. */
  public Set<Digest> others() {
    return manifests(images.stream().filter(item -> !isPulled(item)).toList());
  }

  private static boolean isPulled(Item item) {
    return item.image().origin() == NodeImage.Origin.PULLED;
  }

  private static Set<Digest> manifests(List<Item> items) {
    return items.stream().map(item -> item.image().manifest()).collect(Collectors.toSet());
  }
}
