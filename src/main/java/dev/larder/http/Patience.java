package dev.larder.http;

import java.time.Duration;

/**
 * How long the server waits for a client.
 *
 * @param idle from the end of an answer, or from connecting, to a whole head of the next request.
 *     Above the 90 seconds for which Go's clients keep a connection: whoever closes first should be
 *     the client, since a request that crosses our close is lost
 * @param stall for any byte of a request's body, or for the client to take any byte of an answer. A
 *     kernel that holds 4 MB for a slow reader asks for more only when a third of that has gone:
 *     150 seconds keep a reader of 10 KB/s. Of HTTP/2, for it to take a piece, a quarter of a
 *     megabyte at most
 * @param linger for a client to stop sending after it was refused. To close at once would reset the
 *     connection, and the client might never see the answer
 */
record Patience(Duration idle, Duration stall, Duration linger) {
  static final Patience DEFAULT =
      new Patience(Duration.ofSeconds(120), Duration.ofSeconds(150), Duration.ofSeconds(1));
}
