package dev.larder.store.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Has the bytes of a long file go to the disk while others come, so that little is left to wait for
 * when it is to be durable. For one thread.
 */
final class Writeback {
  /** After so many bytes the disk is told. */
  private static final long STEP = 64 << 20;

  /** Not virtual ones, which would keep others from their processor while the disk works. */
  private static final Executor THREADS =
      task -> Thread.ofPlatform().daemon().name("writeback").start(task);

  private CompletableFuture<Void> going = CompletableFuture.completedFuture(null);
  private long begun;

  /** The file has so many bytes. */
  void reached(long size, FileChannel channel) {
    // A failure stays what it is: the system tells of it once, and whoever syncs must know.
    if (size - begun >= STEP && going.isDone() && !going.isCompletedExceptionally()) {
      begun = size;
      going = CompletableFuture.runAsync(() -> sync(channel), THREADS);
    }
  }

  private static void sync(FileChannel channel) {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /**
   * Waits for what has begun.
   *
   * @throws IOException if it failed
   */
  void await() throws IOException {
    try {
      going.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
    }
  }
}
