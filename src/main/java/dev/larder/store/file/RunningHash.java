package dev.larder.store.file;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;

/**
 * The hash of bytes that are written one after another. Of a long blob it is computed on other
 * threads, while the next bytes are received and written: each of the two takes as long as the
 * other. For one thread.
 */
final class RunningHash {
  /** What is shorter is hashed at once. */
  private static final long LONG = 1 << 20;

  private static final Executor THREADS = task -> Thread.ofVirtual().name("hash").start(task);

  private final MessageDigest hash;
  private final Semaphore room;
  private Optional<Beside> beside = Optional.empty();
  private long count;

  /**
   * @param hash of the bytes before
   * @param room how many may have buffers at a time
   */
  RunningHash(MessageDigest hash, Semaphore room) {
    this.hash = hash;
    this.room = room;
  }

  /**
   * What to write next.
   *
   * @return a view or a copy of the first of {@code bytes}
   */
  ByteBuffer next(ByteBuffer bytes) {
    if (beside.isEmpty() && count >= LONG && room.tryAcquire()) {
      beside = Optional.of(new Beside());
    }
    return beside.isPresent() ? beside.get().copy(bytes) : bytes.duplicate();
  }

  /**
   * The first {@code length} of {@code bytes} were written: now they count, and don't remain there
   * any more.
   */
  void add(ByteBuffer bytes, int length) {
    if (beside.isPresent()) {
      beside.get().add(length);
      bytes.position(bytes.position() + length);
    } else {
      hash.update(bytes);
    }
    count += length;
  }

  /** The hash of all that counts, to be asked for its value. */
  MessageDigest get() {
    beside.ifPresent(Beside::hashRest);
    return hash;
  }

  /** Forgets all that was added. */
  void reset() {
    end();
    hash.reset();
    count = 0;
  }

  /** Nothing more is added. */
  void end() {
    if (beside.isPresent()) {
      beside.get().end();
      beside = Optional.empty();
      room.release();
    }
  }

  /** Two buffers: while one is being hashed, the other one is filled and written. */
  private final class Beside {
    private static final int SIZE = 256 << 10;

    private final Arena memory = Arena.ofShared();
    private ByteBuffer filling = memory.allocate(SIZE).asByteBuffer();
    private ByteBuffer hashing = memory.allocate(SIZE).asByteBuffer();
    private CompletableFuture<Void> hashed = CompletableFuture.completedFuture(null);

    ByteBuffer copy(ByteBuffer bytes) {
      if (!filling.hasRemaining()) {
        turn();
      }
      int length = Math.min(bytes.remaining(), filling.remaining());
      return filling
          .slice(filling.position(), length)
          .put(bytes.slice(bytes.position(), length))
          .flip();
    }

    void add(int length) {
      filling.position(filling.position() + length);
    }

    private void turn() {
      hashed.join();
      ByteBuffer full = filling.flip();
      filling = hashing.clear();
      hashing = full;
      hashed = CompletableFuture.runAsync(() -> hash.update(full), THREADS);
    }

    void hashRest() {
      turn();
      hashed.join();
    }

    /** Whatever came of the hashing: whoever wanted the hash knows. */
    void end() {
      hashed.handle((_, _) -> true).join();
      memory.close();
    }
  }
}
