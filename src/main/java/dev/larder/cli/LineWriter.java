package dev.larder.cli;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Writes lines on a thread of its own, so that nobody who serves a request waits for whoever reads
 * them. If they aren't read for long, lines are left out, and a line says how many. The thread is
 * woken by the first line alone, and then lets some come: waking it for each costs as much as half
 * of what a line is about.
 */
final class LineWriter implements Closeable {
  private static final int CAPACITY = 16_384;
  private static final long GATHERING_MILLIS = 10;
  private static final Supplier<String> END = String::new;

  private final BlockingQueue<Supplier<String>> lines = new ArrayBlockingQueue<>(CAPACITY);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicLong leftOut = new AtomicLong();
  private final Appendable out;
  private final Runnable flush;
  private final Thread thread;

  /**
   * @param out where the lines go, each with its end
   * @param flush called when there are no more lines for the moment
   */
  LineWriter(Appendable out, Runnable flush) {
    this.out = out;
    this.flush = flush;
    this.thread = Thread.ofPlatform().daemon().name("log").start(this::write);
  }

  /** Adds a line, which is made on the writing thread. Doesn't block. */
  void add(Supplier<String> line) {
    if (!lines.offer(line)) {
      leftOut.incrementAndGet();
    }
  }

  /** Writes what has been added, and ends. */
  @Override
  public void close() {
    closed.countDown();
    try {
      lines.put(END);
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    try {
      while (true) {
        Supplier<String> line = lines.poll();
        if (line == null) {
          flush.run();
          var _ = closed.await(GATHERING_MILLIS, MILLISECONDS);
          line = lines.take();
        }
        if (line.equals(END)) {
          flush.run();
          return;
        }
        out.append(line.get()).append('\n');
        long missing = leftOut.getAndSet(0);
        if (missing > 0) {
          out.append("(%d lines left out: they weren't read fast enough)%n".formatted(missing));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
