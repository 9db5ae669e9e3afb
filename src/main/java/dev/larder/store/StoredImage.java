package dev.larder.store;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.Tag;
import java.time.Instant;
import java.util.Optional;

/**
 * An image as it is listed.
 *
 * @param key which one
 * @param mediaType its manifest's
 * @param size the bytes of its layers and configuration that are here; of an index, those of all
 *     its images that are here
 * @param pulls how often it was asked for by this tag, or by its digest if it has none
 * @param lastPulled when that was; empty if never
 * @param pinned whether it, or an index that lists it, is pinned
 */
public record StoredImage(
    Key key,
    MediaType mediaType,
    long size,
    long pulls,
    Optional<Instant> lastPulled,
    boolean pinned) {

  /**
   * Which one, and by which name: an image with two tags is listed twice.
   *
   * @param tag empty if it has none
   */
  public record Key(RepositoryKey repository, Optional<Tag> tag, Digest digest) {}
}
