package dev.larder.store;

import dev.larder.oci.Digest;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** A lock for each digest, which is there while somebody has it or waits for it. */
final class DigestLocks {
  private final ConcurrentHashMap<Digest, Held> locks = new ConcurrentHashMap<>();

  /** Waits until nobody has the lock of {@code digest}, and takes it until the result is closed. */
  Held lock(Digest digest) {
    Held held =
        locks.compute(
            digest,
            (_, present) -> {
              Held lock = present == null ? new Held(digest) : present;
              lock.users++;
              return lock;
            });
    held.lock.lock();
    return held;
  }

  /** The lock of one digest. */
  final class Held implements AutoCloseable {
    private final Digest digest;
    private final ReentrantLock lock = new ReentrantLock();

    /** Who has it or waits for it; changed while the map holds the digest's entry. */
    private int users;

    private Held(Digest digest) {
      this.digest = digest;
    }

    @Override
    public void close() {
      lock.unlock();
      locks.computeIfPresent(digest, (_, held) -> --held.users == 0 ? null : held);
    }
  }
}
