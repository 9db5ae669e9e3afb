package dev.larder.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.http.Body;
import dev.larder.http.Request;
import dev.larder.http.Response;
import dev.larder.registry.access.AccessControl;
import dev.larder.registry.access.Authentication;
import dev.larder.registry.access.Credentials;
import dev.larder.registry.access.Principal;
import java.util.Optional;

/**
 * Lets those see metrics who have logged in, where somebody can: they name upstreams and tell who
 * is busy, which isn't everybody's. Any user will do, by password (Basic), as Prometheus' {@code
 * basic_auth} sends it.
 *
 * @param access knows the users; without, everybody is let in, as where only those get who may
 */
public record Door(Optional<AccessControl> access) {
  /** Open to all. */
  public static final Door OPEN = new Door(Optional.empty());

  /** The answer to who isn't let in; blocks. */
  Optional<Response> refusal(Request request) {
    if (access.isEmpty() || access.get().isOpen()) {
      return Optional.empty();
    }
    Authentication who =
        access
            .get()
            .authenticate(
                new Credentials(request.header("Authorization"), request.remote().getAddress()));
    return switch (who) {
      case Authentication.Known(Principal.Anonymous _) ->
          Optional.of(challenge("metrics need a login"));
      case Authentication.Known _ -> Optional.empty();
      case Authentication.Failed(String reason) -> Optional.of(challenge(reason));
      case Authentication.TooMany(var retryAfter) ->
          Optional.of(
              answer(429, "too many wrong passwords came for this user from this address")
                  .with("Retry-After", String.valueOf(Math.max(1, retryAfter.toSeconds()))));
      case Authentication.Unavailable(String reason) -> Optional.of(answer(503, reason));
    };
  }

  private static Response challenge(String reason) {
    return answer(401, reason)
        .with("WWW-Authenticate", "Basic realm=\"Larder\", charset=\"UTF-8\"");
  }

  private static Response answer(int status, String reason) {
    return Response.of(status)
        .with("Content-Type", "text/plain; charset=utf-8")
        .with(new Body.Bytes((reason + "\n").getBytes(UTF_8)));
  }
}
