package dev.larder.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request, filled by the event loop and read by the handler's thread. What has come
 * and wasn't read yet is bounded: beyond that the connection isn't read.
 */
final class RequestBody extends InputStream {
  /** A client may send chunks of one byte, which cost a hundred each to keep. */
  private static final int MAX_PIECES = 1024;

  private final HttpServerRequest http;
  private final Connection connection;
  private final Duration stall;
  private final int maxWaiting;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<Buffer> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private int headPosition;
  private long received;
  private boolean paused;
  private boolean ended;
  private boolean discarding;
  private boolean continueOwed;
  private @Nullable IOException failure;
  private @Nullable Runnable onEnd;

  /**
   * Takes what comes from now on; called on the event loop when the head has come.
   *
   * @param maxWaiting how many bytes may wait for their reader until no more are taken
   */
  RequestBody(HttpServerRequest http, Connection connection, Duration stall, int maxWaiting) {
    this.http = http;
    this.connection = connection;
    this.stall = stall;
    this.maxWaiting = maxWaiting;
    this.continueOwed =
        http.version() != HttpVersion.HTTP_1_0
            && "100-continue".equalsIgnoreCase(http.getHeader("Expect"));
    http.handler(this::arrived);
    http.endHandler(_ -> end());
    http.exceptionHandler(
        cause -> fail(new IOException("the client left before the end of its request", cause)));
  }

  private void arrived(Buffer bytes) {
    lock.lock();
    try {
      received += bytes.length();
      if (discarding || bytes.length() == 0) {
        return;
      }
      waiting.add(bytes);
      waitingBytes += bytes.length();
      if (!paused && (waitingBytes >= maxWaiting || waiting.size() >= MAX_PIECES)) {
        paused = true;
        http.pause();
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    Runnable listener;
    lock.lock();
    try {
      ended = true;
      listener = onEnd;
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (listener != null) {
      listener.run();
    }
  }

  /** What comes can't be read; whether more of it was to come. On the event loop. */
  boolean malformed() {
    return fail(new MalformedBodyException());
  }

  private boolean fail(IOException cause) {
    lock.lock();
    try {
      boolean unfinished = !ended && failure == null;
      if (unfinished) {
        failure = cause;
        changed.signal();
      }
      return unfinished;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    boolean resume;
    int count;
    lock.lock();
    try {
      Buffer head = await();
      if (head == null) {
        return -1;
      }
      count = Math.min(length, head.length() - headPosition);
      head.getBytes(headPosition, headPosition + count, into, offset);
      headPosition += count;
      waitingBytes -= count;
      if (headPosition == head.length()) {
        waiting.remove();
        headPosition = 0;
      }
      resume = paused && waitingBytes <= maxWaiting / 2 && waiting.size() <= MAX_PIECES / 2;
      paused &= !resume;
    } finally {
      lock.unlock();
    }
    if (resume) {
      connection.onLoop(this::resume);
    }
    return count;
  }

  /** The next bytes, null at the end. The lock is held. */
  private @Nullable Buffer await() throws IOException {
    long left = stall.toNanos();
    while (waiting.isEmpty()) {
      if (ended) {
        return null;
      }
      if (failure instanceof MalformedBodyException) {
        throw new MalformedBodyException();
      }
      if (failure != null) {
        throw new IOException(failure.getMessage(), failure);
      }
      if (discarding) {
        throw new IOException("the request has been answered: its body can't be read any more");
      }
      if (left <= 0) {
        failure = new IOException("the client sent nothing for " + stall.toSeconds() + " seconds");
        throw failure;
      }
      if (continueOwed) {
        continueOwed = false;
        connection.onLoop(http.response()::writeContinue);
      }
      try {
        left = changed.awaitNanos(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for the client", e);
      }
    }
    return waiting.element();
  }

  /** Whether the body broke off, so that no answer is of use. */
  boolean failed() {
    lock.lock();
    try {
      return failure != null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whether so little of the body is still to come that it is cheaper to read it than to give the
   * connection up. A client that waits for 100 Continue may send the body or not: that can't be
   * waited for.
   *
   * @param most how many bytes may be to come
   */
  boolean nearlyRead(long most) {
    lock.lock();
    try {
      return ended || (!continueOwed && failure == null && announced() - received <= most);
    } finally {
      lock.unlock();
    }
  }

  private long announced() {
    String length = http.getHeader("Content-Length");
    return length == null ? Long.MAX_VALUE : Long.parseLong(length);
  }

  /**
   * Drops what has come and what will come; called on the event loop when the answer is out.
   *
   * @param listener called on the event loop when the body's end has come, at once if it has
   */
  void discard(Runnable listener) {
    boolean over;
    lock.lock();
    try {
      discarding = true;
      waiting.clear();
      waitingBytes = 0;
      over = ended;
      onEnd = listener;
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (over) {
      listener.run();
    } else {
      resume();
    }
  }

  /** A stream that was reset takes no such word any more. */
  private void resume() {
    if (!http.isEnded()) {
      http.resume();
    }
  }
}
