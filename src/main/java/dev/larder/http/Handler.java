package dev.larder.http;

import java.io.IOException;
import java.util.Optional;

/** Answers requests. Called for many requests at once. */
public interface Handler {

  /**
   * Answers a request; runs on a virtual thread of its own and may block. Whoever answers with a
   * body hands it over: the server closes it, sent or not.
   *
   * @throws IOException if the request's body can't be read since the client is gone, so that no
   *     answer can reach it; of a {@link MalformedBodyException} it can be told
   */
  Response handle(Request request) throws IOException;

  /**
   * The answer to a request if it is in memory, so that no thread need be started for it; empty
   * sends the request to {@link #handle}. Runs on the event loop: it must neither block nor read
   * the request's body, and only answer with {@link Body.Bytes} or no body.
   */
  default Optional<Response> ready(Request request) {
    return Optional.empty();
  }

  /**
   * What to say where the server itself refuses what came, because it isn't HTTP or exceeds a
   * limit, or where the handler failed. Must not block, and only answer with {@link Body.Bytes}.
   *
   * @param status 400, 414, 431, 500 or whatever else HTTP has for it
   */
  Response refusal(int status, String reason);
}
