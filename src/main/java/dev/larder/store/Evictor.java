package dev.larder.store;

import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import dev.larder.store.Eviction.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps mirrored content within its {@link CacheLimits}, while everybody else works on. What was
 * used least recently goes first, image by image: an image's layers go with it, but for those that
 * something else in the store refers to. What is hosted, pinned, or read or fetched just now stays.
 *
 * <p>It begins when what is here and what is on its way are more than {@value #HIGH_PERCENT} % of
 * what the cache may have, since more may come while it works; and it ends at {@value #LOW_PERCENT}
 * %, so that it needn't begin again for each layer. What wasn't used for too long is looked for
 * from time to time; nothing is kept for that but the time of the last use.
 *
 * <p>An image goes from the catalog first, and then its files, under the locks of their digests.
 */
public final class Evictor implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Evictor.class);

  private static final int HIGH_PERCENT = 95;
  private static final int LOW_PERCENT = 85;
  private static final Duration LONGEST_NAP = Duration.ofMinutes(10);

  /** What a full disk frees at once, at least: not each buffer is to evict an image. */
  private static final long STEP = 16 << 20;

  private final Store store;
  private final CacheLimits limits;
  private final Supplier<Disk> disk;
  private final InstantSource clock;
  private final Runnable keepCounts;
  private final List<Consumer<Eviction>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicLong arriving = new AtomicLong();

  /** Held while something is evicted. */
  private final ReentrantLock evicting = new ReentrantLock();

  private final AtomicLong made = new AtomicLong();
  private final BlockingQueue<Boolean> changes = new ArrayBlockingQueue<>(1);
  private final Thread thread = new Thread(this::evictAlways, "evict");

  /** When to look next for what has expired; with {@code evicting} held. */
  private Instant nextExpiry = Instant.EPOCH;

  private volatile boolean stopped;

  /**
   * @param disk says how much room there is; may throw {@link UncheckedIOException}
   * @param keepCounts brings what was counted into the catalog, so that it is known there what was
   *     used lately; may throw {@link UncheckedIOException}
   */
  public Evictor(
      Store store,
      CacheLimits limits,
      Supplier<Disk> disk,
      InstantSource clock,
      Runnable keepCounts) {
    this.store = store;
    this.limits = limits;
    this.disk = disk;
    this.clock = clock;
    this.keepCounts = keepCounts;
  }

  /** Has {@code listener} told of all that goes, when it has gone. It must not block. */
  public void addListener(Consumer<Eviction> listener) {
    listeners.add(listener);
  }

  /** Begins; from then on the store has room made by this where its disk is full. */
  public void start() {
    store.whenFull(this::makeRoom);
    thread.start();
  }

  /** How many bytes mirrored content has. */
  public long size() {
    return store.catalog().mirroredBytes();
  }

  /** How many it may have. */
  public long capacity() {
    return limits.size().capacity(size(), disk.get());
  }

  /** The room of a blob that is on its way. */
  public final class Arrival implements Closeable {
    private final AtomicLong bytes;

    private Arrival(long bytes) {
      this.bytes = new AtomicLong(bytes);
    }

    /** It is among what is here, and is counted there. */
    public void arrived() {
      arriving.addAndGet(-bytes.getAndSet(0));
    }

    /** It has come, or doesn't come any more; and nobody brings it any more. */
    @Override
    public void close() {
      arrived();
      changed();
    }
  }

  /**
   * Gives room to a blob that is about to come. Other content goes for it, if it must, while it
   * comes.
   *
   * @return empty if that is more than may be kept, beside the others that are coming
   */
  public Optional<Arrival> admit(long bytes) {
    long capacity = capacity();
    if (bytes > capacity) {
      return Optional.empty(); // and isn't added: what an upstream says may be any number
    }
    if (arriving.addAndGet(bytes) > capacity) {
      arriving.addAndGet(-bytes);
      return Optional.empty();
    }
    changed();
    return Optional.of(new Arrival(bytes));
  }

  private void changed() {
    changes.offer(true);
  }

  private void evictAlways() {
    while (!stopped) {
      try {
        changes.poll(nap().toNanos(), TimeUnit.NANOSECONDS);
        if (!stopped) {
          keepWithinLimits();
        }
      } catch (InterruptedException e) {
        LOG.debug("interrupted", e);
        return;
      } catch (IOException | UncheckedIOException e) {
        LOG.warn("evicting failed, and is tried again later: {}", e.getMessage());
      } catch (RuntimeException e) {
        LOG.error("evicting failed", e);
      }
    }
  }

  private Duration nap() {
    return limits.shortest().filter(time -> time.compareTo(LONGEST_NAP) < 0).orElse(LONGEST_NAP);
  }

  /** Evicts what isn't to stay. */
  void keepWithinLimits() throws IOException {
    evicting.lock();
    try {
      Optional<Duration> shortest = limits.shortest().filter(_ -> isExpiryDue());
      if (shortest.isPresent() || isAbove(HIGH_PERCENT)) {
        countUses();
      }
      if (shortest.isPresent()) {
        evict(clock.instant().minus(shortest.get()), Reason.UNUSED, this::isExpired, _ -> false);
        nextExpiry = clock.instant().plus(nap());
      }
      if (isAbove(HIGH_PERCENT)) {
        evict(clock.instant(), Reason.ROOM, _ -> true, _ -> !isAbove(LOW_PERCENT));
      }
    } finally {
      evicting.unlock();
    }
  }

  /** Not at each change: nothing expires for that. Nor is a clock waited for that was set back. */
  private boolean isExpiryDue() {
    Instant now = clock.instant();
    return !now.isBefore(nextExpiry) || nextExpiry.isAfter(now.plus(nap()));
  }

  private boolean isAbove(int percent) {
    long size = size();
    long capacity = limits.size().capacity(size, disk.get());
    return size + arriving.get() > capacity / 100.0 * percent;
  }

  private boolean isExpired(CachedContent content) {
    return content
        .repository()
        .upstream()
        .map(limits.keepFor()::get)
        .filter(time -> !content.lastUse().isAfter(clock.instant().minus(time)))
        .isPresent();
  }

  /** A full disk is no reason to evict nothing. */
  private void countUses() {
    try {
      keepCounts.run();
    } catch (UncheckedIOException e) {
      LOG.warn("what was used lately isn't known while evicting: {}", e.getMessage());
    }
  }

  /**
   * Frees at least that many bytes on a full disk, or what it can. Not to be called with the lock
   * of a digest held.
   *
   * @return whether there may be more room than when it was called
   */
  boolean makeRoom(long bytes) throws IOException {
    long before = made.get();
    evicting.lock();
    try {
      if (made.get() != before) {
        return true; // somebody else has made room meanwhile
      }
      long wanted = Math.max(bytes, STEP);
      long dropped = store.blobs().dropPartial(clock.instant());
      countUses();
      long freed =
          evict(clock.instant(), Reason.FULL_DISK, _ -> true, already -> already >= wanted);
      made.incrementAndGet();
      return dropped > 0 || freed > 0;
    } finally {
      evicting.unlock();
    }
  }

  /**
   * Evicts what {@code which} is true of, the least recently used first.
   *
   * @param until what was used later stays
   * @param enough whether that many bytes that were freed are enough
   * @return how many were freed
   */
  private long evict(
      Instant until, Reason reason, Predicate<CachedContent> which, LongPredicate enough)
      throws IOException {
    LeastRecentlyUsed candidates = new LeastRecentlyUsed(store.catalog(), until);
    long freed = 0;
    for (Optional<CachedContent> next = candidates.next();
        next.isPresent() && !stopped && !enough.test(freed);
        next = candidates.next()) {
      if (which.test(next.get())) {
        freed += evict(next.get(), reason);
      }
    }
    return freed;
  }

  /** Evicts one, unless it is of use by now; how many bytes that frees. */
  private long evict(CachedContent content, Reason reason) throws IOException {
    List<Digest> blobs = new ArrayList<>(store.catalog().blobsOf(content));
    // In one order, so that two who lock several can't wait for each other.
    blobs.sort(Comparator.comparing(Digest::toString));
    Deque<DigestLocks.Held> locks = new ArrayDeque<>();
    Eviction eviction;
    try {
      blobs.stream().distinct().map(store::lock).forEach(locks::push);
      if (store.uses().anyOf(blobs)) {
        return 0;
      }
      List<Tag> tags = store.catalog().tags(content);
      Optional<List<Digest>> gone = store.catalog().evict(content);
      if (gone.isEmpty()) {
        return 0;
      }
      long bytes = 0;
      for (Digest digest : gone.get()) {
        OptionalLong size = store.blobs().size(digest);
        store.blobs().delete(digest);
        bytes += size.orElse(0);
      }
      eviction = new Eviction(content, tags, bytes, reason);
    } finally {
      locks.forEach(DigestLocks.Held::close);
    }
    LOG.debug("evicted {}", eviction);
    listeners.forEach(listener -> listener.accept(eviction));
    return eviction.bytes();
  }

  /** Ends what is going on, and waits for that. */
  @Override
  public void close() {
    stopped = true;
    changed();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
