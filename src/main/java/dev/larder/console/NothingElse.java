package dev.larder.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.http.Body;
import dev.larder.http.Handler;
import dev.larder.http.Request;
import dev.larder.http.Response;

/**
 * Says of every path that it isn't there.
 *
 * @param what a sentence that says what is there
 */
public record NothingElse(String what) implements Handler {
  @Override
  public Response handle(Request request) {
    return refusal(404, what);
  }

  @Override
  public Response refusal(int status, String reason) {
    return Response.of(status)
        .with("Content-Type", "text/plain; charset=utf-8")
        .with(new Body.Bytes((reason + "\n").getBytes(UTF_8)));
  }
}
