package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.http.Body;
import dev.larder.http.Handler;
import dev.larder.http.Request;
import dev.larder.http.Response;

/**
 * {@code /debug/health}, where {@code registry:2} says what is wrong with it: nothing is, as long
 * as there is an answer. No other path of that address is there.
 */
final class HealthHandler implements Handler {
  private static final String PATH = "/debug/health";

  @Override
  public Response handle(Request request) {
    if (!request.path().equals(PATH)) {
      return refusal(404, "only " + PATH + " is here");
    }
    return request.method().equals("GET") || request.method().equals("HEAD")
        ? Response.of(200)
            .with("Content-Type", "application/json")
            .with(new Body.Bytes("{}".getBytes(UTF_8)))
        : refusal(405, PATH + " can only be read").with("Allow", "GET, HEAD");
  }

  @Override
  public Response refusal(int status, String reason) {
    return Response.of(status)
        .with("Content-Type", "text/plain; charset=utf-8")
        .with(new Body.Bytes((reason + "\n").getBytes(UTF_8)));
  }
}
