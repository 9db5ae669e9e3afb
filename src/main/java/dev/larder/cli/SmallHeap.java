package dev.larder.cli;

import java.io.Closeable;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Keeps the heap small. The serial collector lets the old generation grow to the heap's limit
 * before it looks for what isn't used there, and has no setting against that; so a heap that has
 * grown is collected as a whole. The limit leaves room for what has to be in memory at once.
 */
final class SmallHeap implements Closeable {
  /** A heap of so many bytes is small enough: twice what is in use under load, and the young. */
  static final long ENOUGH = 48 << 20;

  private static final Duration PERIOD = Duration.ofSeconds(2);

  private final LongSupplier committed;
  private final Runnable collection;
  private final Thread thread = Thread.ofVirtual().name("heap").unstarted(this::run);
  private long enough = ENOUGH;

  /**
   * @param committed how many bytes the heap has
   * @param collection makes it as small as can be
   */
  SmallHeap(LongSupplier committed, Runnable collection) {
    this.committed = committed;
    this.collection = collection;
  }

  /** Begins to look after this process's heap. */
  static SmallHeap start() {
    SmallHeap heap = new SmallHeap(Runtime.getRuntime()::totalMemory, System::gc);
    heap.thread.start();
    return heap;
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(PERIOD);
        check();
      }
    } catch (InterruptedException _) {
      // closed
    }
  }

  /** Collects a heap that has grown. What is in use then is left to grow by a quarter. */
  void check() {
    boolean grown = committed.getAsLong() > enough;
    if (grown) {
      collection.run();
    }
    long next = committed.getAsLong() / 4 * 5;
    enough = Math.max(ENOUGH, grown ? next : Math.min(enough, next));
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
