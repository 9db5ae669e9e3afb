package dev.larder.mirror;

import dev.larder.oci.RegistryName;
import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many connections may bring ranges at once: so many for each upstream, so many in all, which
 * bounds the memory. Upstreams where ranges didn't do are remembered for a while. Safe for use by
 * many threads.
 */
final class Lanes {
  /** One is no better than the stream that is there. */
  private static final int WORTH_IT = 2;

  private static final Duration MEMORY = Duration.ofMinutes(10);

  private final RangeSettings settings;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<RegistryName, Integer> taken = new HashMap<>();
  private final Map<RegistryName, Instant> singleUntil = new HashMap<>();
  private int all;

  Lanes(RangeSettings settings, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
  }

  RangeSettings settings() {
    return settings;
  }

  /** As many as may be taken for a blob of that upstream; empty if that isn't worth it. */
  Optional<Share> take(RegistryName upstream) {
    lock.lock();
    try {
      singleUntil.values().removeIf(until -> !clock.instant().isBefore(until));
      int count =
          Math.min(
              settings.perUpstream() - taken.getOrDefault(upstream, 0), settings.inAll() - all);
      if (count < WORTH_IT || singleUntil.containsKey(upstream)) {
        return Optional.empty();
      }
      change(upstream, count);
      return Optional.of(new Share(upstream, count));
    } finally {
      lock.unlock();
    }
  }

  /** From now on, and for a while, blobs of that upstream come in one stream each. */
  void keepToOne(RegistryName upstream) {
    lock.lock();
    try {
      singleUntil.put(upstream, clock.instant().plus(MEMORY));
    } finally {
      lock.unlock();
    }
  }

  private void change(RegistryName upstream, int by) {
    all += by;
    taken.merge(upstream, by, (had, more) -> had + more == 0 ? null : had + more);
  }

  /** Some that were taken, until it is closed, once. */
  final class Share implements Closeable {
    private final RegistryName upstream;
    private final int count;

    private Share(RegistryName upstream, int count) {
      this.upstream = upstream;
      this.count = count;
    }

    int count() {
      return count;
    }

    /** See {@link Lanes#keepToOne}. */
    void keepToOne() {
      Lanes.this.keepToOne(upstream);
    }

    @Override
    public void close() {
      lock.lock();
      try {
        change(upstream, -count);
      } finally {
        lock.unlock();
      }
    }
  }
}
