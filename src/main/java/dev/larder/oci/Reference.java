package dev.larder.oci;

import java.util.Optional;

/**
 * What a manifest is asked for by: a tag, which may move, or a digest, which never does.
 *
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests">OCI
 *     distribution specification, pulling manifests</a>
 */
public sealed interface Reference permits Tag, Digest {

  /** Reads a digest or a tag; empty if {@code text} is neither. */
  static Optional<Reference> parse(String text) {
    return text.indexOf(':') >= 0
        ? Digest.parse(text).map(Reference.class::cast)
        : Tag.parse(text).map(Reference.class::cast);
  }
}
