package dev.larder.store;

import dev.larder.store.CachedContent.Kind;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** What can be evicted, the least recently used first, read page by page. For one thread. */
final class LeastRecentlyUsed {
  private static final int PAGE = 100;

  private final Source manifests;
  private final Source blobs;

  /**
   * @param until what was used later is left out
   */
  LeastRecentlyUsed(Catalog catalog, Instant until) {
    this.manifests = new Source(catalog, Kind.MANIFEST, until);
    this.blobs = new Source(catalog, Kind.BLOB, until);
  }

  /** The next one; empty after the last. */
  Optional<CachedContent> next() {
    Optional<CachedContent> manifest = manifests.peek();
    Optional<CachedContent> blob = blobs.peek();
    boolean blobFirst =
        manifest.isEmpty()
            || (blob.isPresent() && blob.get().lastUse().isBefore(manifest.get().lastUse()));
    return (blobFirst ? blobs : manifests).take();
  }

  /** The manifests, or the blobs. */
  private static final class Source {
    private final Catalog catalog;
    private final Kind kind;
    private final Instant until;
    private final Deque<CachedContent> page = new ArrayDeque<>();
    private Optional<CachedContent> last = Optional.empty();
    private boolean atEnd;

    Source(Catalog catalog, Kind kind, Instant until) {
      this.catalog = catalog;
      this.kind = kind;
      this.until = until;
    }

    Optional<CachedContent> peek() {
      if (page.isEmpty() && !atEnd) {
        page.addAll(catalog.leastRecentlyUsed(kind, until, last, PAGE));
        atEnd = page.size() < PAGE;
        last = Optional.ofNullable(page.peekLast());
      }
      return Optional.ofNullable(page.peekFirst());
    }

    Optional<CachedContent> take() {
      return Optional.ofNullable(page.pollFirst());
    }
  }
}
