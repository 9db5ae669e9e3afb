package dev.larder.store.sql;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.larder.oci.Digest;
import dev.larder.store.RepositoryKey;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * What was found lately to be true of blobs of repositories, so that each pull of the same blob
 * needn't ask the database. All of it is forgotten when anything changes by which it may have
 * become untrue: that is rare beside pulls, and nothing can be overlooked. In memory, and bounded.
 */
final class RecentBlobs {
  /** About two megabytes. */
  private static final int MAX = 5_000;

  private record Key(RepositoryKey repository, Digest digest) {}

  /** How many changes there had been, by blob, before it was found to be true of that. */
  private final Cache<Key, Long> found =
      Caffeine.newBuilder().maximumSize(MAX).executor(Runnable::run).build();

  private final AtomicLong changes = new AtomicLong();

  /** Whether it is true of a blob of a repository; {@code look} finds out where it isn't known. */
  boolean isTrue(RepositoryKey repository, Digest digest, BooleanSupplier look) {
    Key key = new Key(repository, digest);
    // Before the look: a change that comes after that, or meanwhile, counts as one after it.
    long before = changes.get();
    Long known = found.getIfPresent(key);
    if (known != null && known == before) {
      return true;
    }
    boolean isTrue = look.getAsBoolean();
    if (isTrue) {
      found.put(key, before);
    }
    return isTrue;
  }

  /** To be called after a change, and before anybody counts on it. */
  void forget() {
    changes.incrementAndGet();
  }
}
