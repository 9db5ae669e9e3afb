package dev.larder.http;

import java.util.function.Consumer;

/**
 * An answer. {@code Content-Length} is the body's; of other header fields only {@code Date} is
 * added, and {@code Connection} where the connection of HTTP/1.1 closes.
 *
 * @param status the status code, 200 to 599
 * @param headers its header fields, without {@code Content-Length}
 * @param body its body; to a HEAD request only its length is sent
 * @param whenSent told once, after the body was closed, when the last byte went out or the
 *     connection broke; must not block
 */
public record Response(int status, Headers headers, Body body, Consumer<Sent> whenSent) {

  /**
   * What became of a response.
   *
   * @param bodyBytes how many bytes of the body went out; where the connection broke, the piece in
   *     memory that was being sent isn't counted
   * @param whole whether those were all
   */
  public record Sent(long bodyBytes, boolean whole) {}

  /** An answer without header fields and body. */
  public static Response of(int status) {
    return new Response(status, Headers.none(), Body.Bytes.NONE, sent -> {});
  }

  /** The same with one more header field. */
  public Response with(String header, String value) {
    return new Response(status, headers.with(header, value), body, whenSent);
  }

  /** The same with that body. */
  public Response with(Body body) {
    return new Response(status, headers, body, whenSent);
  }

  /** The same, and {@code listener} is told what became of it. */
  public Response whenSent(Consumer<Sent> listener) {
    return new Response(status, headers, body, whenSent.andThen(listener));
  }
}
