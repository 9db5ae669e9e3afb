package dev.larder.store;

import dev.larder.oci.Digest;
import java.time.Instant;

/**
 * Something of a mirrored repository that can be evicted by itself: a manifest, with which go the
 * blobs that it alone refers to there, or a blob that no manifest there refers to.
 *
 * @param lastUse when it last came, or a client was last answered with it
 */
public record CachedContent(RepositoryKey repository, Digest digest, Kind kind, Instant lastUse) {

  /** What it is. */
  public enum Kind {
    /** An image, an index, or an artifact. */
    MANIFEST,
    /** A blob. */
    BLOB
  }
}
