package dev.larder.mirror;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A piece of a blob that moves along it: bytes that come by several ranges at once wait here until
 * it is their turn. They are kept in a ring, so that its memory is bounded; a range that is too far
 * ahead has to wait. The one whose turn it is never has to: hence all get on.
 *
 * <p>Many threads fill it, one takes from it. Its lock is held for moments only.
 */
final class Window {
  /** How many bytes are handled at once, at most. */
  private static final int STEP = 1 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition came = lock.newCondition();
  private final Condition moved = lock.newCondition();
  private final long begin;
  private final long end;
  private final int piece;

  /** Outside of the heap, which would grow and not shrink again. */
  private final Arena memory = Arena.ofShared();

  private final ByteBuffer ring;

  /** What was given out to be asked for, and hasn't been taken whole, in order. */
  private final ArrayDeque<Piece> pieces = new ArrayDeque<>();

  /** Up to where bytes have been taken. */
  private long taken;

  /** Up to where pieces have been given out. */
  private long given;

  private int fillers;
  private boolean closed;

  /** A range that somebody asks for. */
  static final class Piece {
    private final long end;
    private long position;
    private boolean held = true;

    private Piece(long begin, long end) {
      this.position = begin;
      this.end = end;
    }

    /** Up to where its bytes are here; for who holds it. */
    long position() {
      return position;
    }

    /** The first byte after it. */
    long end() {
      return end;
    }

    boolean isWhole() {
      return position == end;
    }
  }

  /**
   * @param begin of what is to come
   * @param end of the blob
   * @param piece how many bytes are asked for at once
   * @param pieces as many bytes as so many pieces have are kept
   */
  Window(long begin, long end, int piece, int pieces) {
    this.begin = begin;
    this.end = end;
    this.piece = piece;
    this.taken = begin;
    this.given = begin;
    this.ring = memory.allocate((long) piece * pieces).asByteBuffer();
  }

  /** Where it began. */
  long begin() {
    return begin;
  }

  /** The end of the blob. */
  long end() {
    return end;
  }

  private long capacity() {
    return ring.capacity();
  }

  /** Another thread is going to fill it. */
  void join() {
    lock.lock();
    try {
      fillers++;
    } finally {
      lock.unlock();
    }
  }

  /** One of those threads doesn't any more. */
  void leave() {
    lock.lock();
    try {
      fillers--;
      came.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for something to ask for; empty if all is here, or this is closed. */
  Optional<Piece> hold() {
    lock.lock();
    try {
      while (!closed) {
        Optional<Piece> dropped = pieces.stream().filter(known -> !known.held).findFirst();
        if (dropped.isPresent()) {
          dropped.get().held = true;
          return dropped;
        }
        if (given < end && given < taken + capacity()) {
          Piece next = new Piece(given, Math.min(end, given + piece));
          given = next.end;
          pieces.add(next);
          return Optional.of(next);
        }
        if (given == end && pieces.stream().allMatch(Piece::isWhole)) {
          return Optional.empty();
        }
        moved.awaitUninterruptibly();
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Leaves the rest of a piece to somebody else. */
  void drop(Piece dropped) {
    lock.lock();
    try {
      dropped.held = false;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for room for the next bytes of a piece; empty if this is closed. */
  Optional<ByteBuffer> room(Piece of) {
    lock.lock();
    try {
      while (!closed && of.position >= taken + capacity()) {
        moved.awaitUninterruptibly();
      }
      return closed
          ? Optional.empty()
          : Optional.of(at(of.position, Math.min(of.end, taken + capacity())));
    } finally {
      lock.unlock();
    }
  }

  /** So many bytes are in the room that was given for them. */
  void fill(Piece of, int count) {
    lock.lock();
    try {
      of.position += count;
      if (of == pieces.peek()) {
        came.signal();
      }
      if (of.isWhole()) {
        moved.signalAll(); // who waits for something to ask for may have nothing to wait for
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for bytes whose turn it is.
   *
   * @return empty if there are no more: all have been taken, nobody fills it, or it is closed
   */
  Optional<ByteBuffer> next() {
    lock.lock();
    try {
      while (!closed) {
        Piece first = pieces.peek();
        if (first != null && first.position > taken) {
          return Optional.of(at(taken, first.position));
        }
        if (taken == end || fillers == 0) {
          return Optional.empty();
        }
        came.awaitUninterruptibly();
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** So many of the bytes that were {@link #next} have been taken. */
  void take(int count) {
    lock.lock();
    try {
      taken += count;
      Piece first = pieces.peek();
      if (first != null && first.end == taken) {
        pieces.remove();
      }
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private ByteBuffer at(long position, long limit) {
    int from = (int) ((position - begin) % ring.capacity());
    int most = Math.min(STEP, ring.capacity() - from);
    return ring.slice(from, (int) Math.min(most, limit - position));
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Gives its memory back, once it is closed and nobody has anything of it any more. */
  void free() {
    memory.close();
  }

  /** Whoever waits here doesn't any more. */
  void close() {
    lock.lock();
    try {
      closed = true;
      came.signalAll();
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
