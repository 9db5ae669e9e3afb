package dev.larder.testing;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/** How a {@link FakeUpstream} misbehaves. */
public sealed interface Fault {
  /** For {@link Stall} and {@link Cut}: before the status line, so that no answer comes at all. */
  int BEFORE_HEAD = -1;

  /** Answers with that status instead. */
  record Status(int code, Map<String, String> headers, String body) implements Fault {
    public Status(int code) {
      this(code, Map.of(), "");
    }
  }

  /**
   * Sends so many bytes of the body and then nothing until the latch opens; then the rest.
   *
   * @param after bytes of the body, or {@link #BEFORE_HEAD}
   */
  record Stall(long after, CountDownLatch until) implements Fault {}

  /**
   * Sends so many bytes of the body and closes the connection.
   *
   * @param after bytes of the body, or {@link #BEFORE_HEAD}
   */
  record Cut(long after) implements Fault {}

  /** Sends the body in pieces, each of which takes a permit. */
  record Slow(int pieceSize, Semaphore permits) implements Fault {}

  /** Sends other bytes than it has, as many. */
  record WrongBytes() implements Fault {}

  /** Announces a body of that many bytes, whatever it sends; closes the connection after it. */
  record WrongLength(long announced) implements Fault {}

  /** Replaces or adds a header field: a wrong {@code Docker-Content-Digest}, say. */
  record WithHeader(String name, String value) implements Fault {}

  /** Leaves a header field out. */
  record WithoutHeader(String name) implements Fault {}

  /** Sends the body in chunks, hence without its length. */
  record Chunked() implements Fault {}

  /** Answers as a server that knows no ranges. */
  record NoRanges() implements Fault {}

  /** Sends all from where a range begins, whatever its end. */
  record OpenRanges() implements Fault {}

  /** Sends the client elsewhere with a 307. */
  record Redirect(URI to) implements Fault {}

  /** Answers well, and closes the connection without having said so. */
  record CloseAfterwards() implements Fault {}

  /** 429, with {@code Retry-After}: seconds or a date. */
  static Fault throttle(String retryAfter) {
    return new Status(429, Map.of("Retry-After", retryAfter), "");
  }
}
