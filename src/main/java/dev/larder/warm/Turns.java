package dev.larder.warm;

import dev.larder.oci.Digest;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Lets so many blobs be got at a time, of all images together, until nobody waits for them any
 * more. What has begun then comes to its end: nobody is interrupted, since what one asks for may be
 * what others wait for.
 */
final class Turns {
  private final Semaphore free;
  private final Set<Digest> active = ConcurrentHashMap.newKeySet();
  private volatile boolean over;

  Turns(int number) {
    this.free = new Semaphore(number);
  }

  /** Gets a blob. */
  @FunctionalInterface
  interface Getting {
    Part get() throws UnavailableImageException, IOException;
  }

  /** Gets a blob when it is its turn. */
  Part take(Digest digest, Getting getting) throws UnavailableImageException, IOException {
    free.acquireUninterruptibly();
    try {
      check();
      active.add(digest);
      return getting.get();
    } finally {
      active.remove(digest);
      free.release();
    }
  }

  /** Whether that blob is being got. */
  boolean isActive(Digest digest) {
    return active.contains(digest);
  }

  /** Nobody waits any more. */
  void end() {
    over = true;
  }

  /**
   * @throws UnavailableImageException if nobody waits any more
   */
  void check() throws UnavailableImageException {
    if (over) {
      throw new UnavailableImageException("nobody waits for it any more");
    }
  }
}
