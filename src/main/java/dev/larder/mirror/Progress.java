package dev.larder.mirror;

import dev.larder.store.RepositoryKey;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How far a fetch has come: told by its thread, waited for by those who read. Its lock is held for
 * moments only, never across I/O. Waiting isn't interruptible: an interrupt would close the file
 * that the thread reads.
 */
final class Progress {
  /**
   * How many bytes at the end of a blob aren't given out before all were verified, so that a wrong
   * blob never arrives whole.
   */
  static final int HELD_BACK = 64 << 10;

  /** Where a fetch stands. */
  sealed interface State {
    /** The upstream hasn't said yet how long the blob is, or that it has it at all. */
    record Asking() implements State {}

    /** Its bytes come. */
    record Arriving(long length) implements State {}

    /** It is in the store, and all who joined may serve it. */
    record Committed() implements State {}

    /**
     * There is no room for it: whoever reads it gets what is missing from the upstream, each for
     * himself.
     */
    record Unkept(long length) implements State {}

    /** It didn't become whole. */
    record Failed(Lookup<MirroredBlob> answer) implements State {}
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<RepositoryKey> joined = new HashSet<>();
  private State state = new State.Asking();
  private long written;
  private boolean given;
  private boolean stopped;

  /** Joins the fetch for a repository, which is to serve the blob; does nothing if it has ended. */
  void join(RepositoryKey repository) {
    lock.lock();
    try {
      if (state instanceof State.Asking || state instanceof State.Arriving) {
        joined.add(repository);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether someone joined for that repository. */
  boolean hasJoined(RepositoryKey repository) {
    lock.lock();
    try {
      return joined.contains(repository);
    } finally {
      lock.unlock();
    }
  }

  State state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes are there. */
  long written() {
    lock.lock();
    try {
      return written;
    } finally {
      lock.unlock();
    }
  }

  /** The upstream has begun to send a blob of that length. */
  void begin(long length) {
    change(new State.Arriving(length));
  }

  /** So many bytes are there. */
  void advance(long size) {
    lock.lock();
    try {
      written = size;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Goes back to the first byte, unless some have been given out; whether it did. */
  boolean rewind() {
    lock.lock();
    try {
      if (!given) {
        written = 0;
      }
      return !given;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the fetch well, unless someone has joined for a repository that isn't in {@code linked}.
   *
   * @return those that are missing there; empty if this has ended
   */
  Set<RepositoryKey> commit(Set<RepositoryKey> linked) {
    lock.lock();
    try {
      Set<RepositoryKey> missing = new HashSet<>(joined);
      missing.removeAll(linked);
      if (missing.isEmpty()) {
        change(new State.Committed());
      }
      return missing;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the fetch with what those who wait are to be told. */
  void fail(Lookup<MirroredBlob> answer) {
    change(new State.Failed(answer));
  }

  /** Ends the fetch of a blob of that length, for which there is no room. */
  void leave(long length) {
    change(new State.Unkept(length));
  }

  /** Asks the fetch to end. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean stopped() {
    lock.lock();
    try {
      return stopped;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the upstream has said how long the blob is, or the fetch has ended. */
  State awaitLength() {
    lock.lock();
    try {
      while (state instanceof State.Asking) {
        changed.awaitUninterruptibly();
      }
      return state;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the fetch has ended. */
  void awaitEnd() {
    lock.lock();
    try {
      while (state instanceof State.Asking || state instanceof State.Arriving) {
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until bytes after the first {@code position} may be given out, or the whole is verified.
   *
   * @return up to where bytes may be given out; empty if the fetch doesn't go on
   * @throws IOException if the fetch failed
   */
  OptionalLong awaitBeyond(long position) throws IOException {
    lock.lock();
    try {
      while (true) {
        switch (state) {
          case State.Committed() -> {
            return OptionalLong.of(Long.MAX_VALUE);
          }
          case State.Unkept _ -> {
            return OptionalLong.empty();
          }
          case State.Failed(var answer) -> throw new IOException(answer.message());
          case State.Arriving(long length) -> {
            long readable = Math.min(written, length - HELD_BACK);
            if (readable > position) {
              given = true;
              return OptionalLong.of(readable);
            }
          }
          case State.Asking() -> {}
        }
        changed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the fetch is asked to end, but no longer than that. */
  void awaitStop(Duration longest) throws InterruptedException {
    long nanos = longest.toNanos();
    lock.lock();
    try {
      while (!stopped && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private void change(State next) {
    lock.lock();
    try {
      state = next;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
