package dev.larder.cluster.doctor;

import dev.larder.oci.Digest;
import java.util.List;
import java.util.Locale;

/**
 * An image that a node has.
 *
 * @param names what it is called there, in containerd's long form; those by digest only where it
 *     has no other
 * @param manifest the digest of its manifest or index
 * @param origin how it came there
 */
public record NodeImage(List<String> names, Digest manifest, Origin origin) {

  public NodeImage {
    names = List.copyOf(names);
  }

  /** How an image came to a node. */
  public enum Origin {
    /** It is older than the node: its node image brought it, and it was never pulled. */
    NODE_IMAGE,
    /** It was imported from a file, as {@code kind load} does. */
    IMPORTED,
    /** It came from a registry, by way of Larder or not. */
    PULLED;

    /** As it is printed. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }
}
