package dev.larder.store;

import dev.larder.oci.Digest;
import java.io.Closeable;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** The blobs that somebody reads or brings now: these aren't evicted. */
final class Uses {
  private final ConcurrentHashMap<Digest, Integer> users = new ConcurrentHashMap<>();

  /** Begins a use, which ends when the result is closed. */
  Closeable begin(Digest digest) {
    users.merge(digest, 1, Integer::sum);
    AtomicBoolean ended = new AtomicBoolean();
    return () -> {
      if (ended.compareAndSet(false, true)) {
        users.computeIfPresent(digest, (_, count) -> count == 1 ? null : count - 1);
      }
    };
  }

  /** Whether any of them is in use. */
  boolean anyOf(Collection<Digest> digests) {
    return digests.stream().anyMatch(users::containsKey);
  }
}
