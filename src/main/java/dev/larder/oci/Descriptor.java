package dev.larder.oci;

import java.util.Map;
import java.util.Optional;

/**
 * A pointer to content: what it is, which it is, and how long.
 *
 * @param mediaType the type of the content
 * @param digest the name of the content
 * @param size its length in bytes, 0 or more
 * @param artifactType what the content is for, where it is an artifact
 * @param annotations whatever its maker wrote beside it; empty if nothing
 * @param platform what it runs on, where it is one of several images
 * @see <a href="https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md">OCI image
 *     specification, descriptors</a>
 */
public record Descriptor(
    MediaType mediaType,
    Digest digest,
    long size,
    Optional<String> artifactType,
    Map<String, String> annotations,
    Optional<Platform> platform) {

  /**
   * @throws IllegalArgumentException if {@code size} is negative
   */
  public Descriptor {
    if (size < 0) {
      throw new IllegalArgumentException("negative size of " + digest);
    }
    annotations = Map.copyOf(annotations);
  }

  /** A descriptor of what isn't one of several images. */
  public Descriptor(
      MediaType mediaType,
      Digest digest,
      long size,
      Optional<String> artifactType,
      Map<String, String> annotations) {
    this(mediaType, digest, size, artifactType, annotations, Optional.empty());
  }

  /** A descriptor of the three properties that every one has. */
  public Descriptor(MediaType mediaType, Digest digest, long size) {
    this(mediaType, digest, size, Optional.empty(), Map.of());
  }
}
