package dev.larder.events;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * The last events, and those that come. They are kept in a ring that readers walk along at their
 * own pace: one that is too slow finds that it has missed some, and nobody else notices. Safe for
 * use by many threads; adding takes no lock and never waits.
 */
public final class Events {
  /** How many are given to a reader at once. */
  private static final int MOST = 500;

  private record Entry(long number, Event event) {}

  private final AtomicReferenceArray<Entry> ring;
  private final AtomicLong next = new AtomicLong();
  private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();

  /**
   * @param kept how many are kept
   */
  public Events(int kept) {
    this.ring = new AtomicReferenceArray<>(kept);
  }

  /** Adds one. */
  public void add(Event event) {
    Entry entry = new Entry(next.getAndIncrement(), event);
    // A thread that was held up for a whole round mustn't put an old one over a new one.
    ring.accumulateAndGet(
        slot(entry.number),
        entry,
        (there, mine) -> there != null && there.number > mine.number ? there : mine);
    if (!waiting.isEmpty()) {
      waiting.forEach(LockSupport::unpark);
    }
  }

  private int slot(long number) {
    return (int) (number % ring.length());
  }

  /** Reads what comes from now on. */
  public Reader fromNow() {
    return new Reader(next.get());
  }

  /** Reads what is kept, and then what comes. */
  public Reader fromOldest() {
    return new Reader(oldest());
  }

  private long oldest() {
    return Math.max(0, next.get() - ring.length());
  }

  /**
   * What a reader gets.
   *
   * @param missed how many were dropped before these, since the reader was too slow
   */
  public record Batch(List<Event> events, long missed) {}

  /** Walks along the events. For one thread. */
  public final class Reader {
    private long position;
    private long missed;

    private Reader(long position) {
      this.position = position;
    }

    /**
     * The next events; waits for one where there is none.
     *
     * @param patience for how long it waits at most: then there is nothing in what it gives
     * @throws InterruptedException if the thread was interrupted
     */
    public Batch next(Duration patience) throws InterruptedException {
      Batch batch = now();
      if (!batch.events.isEmpty()) {
        return batch;
      }
      waiting.add(Thread.currentThread());
      try {
        batch = now(); // one may have come before we could be woken
        if (batch.events.isEmpty()) {
          LockSupport.parkNanos(this, patience.toNanos());
          batch = now();
        }
      } finally {
        waiting.remove(Thread.currentThread());
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return batch;
    }

    /** The next events that are there. */
    public Batch now() {
      List<Event> events = new ArrayList<>();
      while (events.size() < MOST) {
        long oldest = oldest();
        if (position < oldest) {
          if (!events.isEmpty()) {
            break; // told with the next ones
          }
          missed += oldest - position;
          position = oldest;
        }
        Entry entry = ring.get(slot(position));
        if (entry == null || entry.number != position) {
          if (entry != null && entry.number > position) {
            continue; // it has just been dropped
          }
          break;
        }
        events.add(entry.event);
        position++;
      }
      if (events.isEmpty()) {
        return new Batch(List.of(), 0);
      }
      Batch batch = new Batch(events, missed);
      missed = 0;
      return batch;
    }
  }
}
