package dev.larder.store;

import dev.larder.oci.Tag;
import java.util.List;

/**
 * Something mirrored has gone.
 *
 * @param content what it was
 * @param tags the tags that named it, which have gone with it
 * @param bytes how many bytes went with it: what another image refers to as well has stayed
 * @param reason why it went
 */
public record Eviction(CachedContent content, List<Tag> tags, long bytes, Reason reason) {

  /** Why something is evicted. */
  public enum Reason {
    /** The cache is larger than it may be. */
    ROOM,
    /** It wasn't used for as long as its upstream's content is kept. */
    UNUSED,
    /** The disk is full. */
    FULL_DISK
  }

  public Eviction {
    tags = List.copyOf(tags);
  }
}
