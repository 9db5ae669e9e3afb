package dev.larder.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.http.Body;
import dev.larder.http.Handler;
import dev.larder.http.Request;
import dev.larder.http.Response;
import dev.larder.metrics.Metrics;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@code /healthz}, {@code /readyz} and metrics, beside what another handler answers. These aren't
 * in the access log: they are asked for every few seconds.
 *
 * <p>{@code /healthz} says that there is somebody; {@code /readyz}, and {@code /debug/health} as
 * {@code registry:2} has it, whether it is of use: 200 and {@code {}}, or 503 with what is wrong.
 */
public final class ConsoleHandler implements Handler {
  private static final JsonMapper JSON = new JsonMapper();

  /** Where {@code registry:2} tells its health. */
  public static final String DEBUG_HEALTH = "/debug/health";

  /** Where metrics are, unless another place is named. */
  public static final String METRICS = "/metrics";

  /**
   * Metrics, and who may see them.
   *
   * @param path where they are
   * @param door lets requests pass
   */
  public record Exposition(String path, Metrics metrics, Door door) {}

  private final Health health;
  private final Optional<Exposition> exposition;
  private final Handler others;

  /**
   * @param exposition the metrics, if they are here
   * @param others answers all other paths
   */
  public ConsoleHandler(Health health, Optional<Exposition> exposition, Handler others) {
    this.health = health;
    this.exposition = exposition;
    this.others = others;
  }

  @Override
  public Response handle(Request request) throws IOException {
    Optional<Exposition> metrics = exposition.filter(here -> request.path().equals(here.path()));
    if (metrics.isPresent()) {
      return onlyRead(
          request,
          () ->
              metrics
                  .get()
                  .door()
                  .refusal(request)
                  .orElseGet(
                      () -> text(200, Metrics.CONTENT_TYPE, metrics.get().metrics().text())));
    }
    return switch (request.path()) {
      case "/healthz" -> onlyRead(request, () -> health(Map.of()));
      case "/readyz", DEBUG_HEALTH -> onlyRead(request, () -> health(health.look()));
      default -> others.handle(request);
    };
  }

  private static Response onlyRead(Request request, Supplier<Response> answer) {
    return request.method().equals("GET") || request.method().equals("HEAD")
        ? answer.get()
        : text(405, "text/plain; charset=utf-8", request.path() + " can only be read\n")
            .with("Allow", "GET, HEAD");
  }

  private static Response health(Map<String, String> problems) {
    try {
      return text(
          problems.isEmpty() ? 200 : 503, "application/json", JSON.writeValueAsString(problems));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("texts can always be written", e);
    }
  }

  private static Response text(int status, String contentType, String text) {
    return Response.of(status)
        .with("Content-Type", contentType)
        .with("Cache-Control", "no-store")
        .with(new Body.Bytes(text.getBytes(UTF_8)));
  }

  @Override
  public Optional<Response> ready(Request request) {
    return others.ready(request);
  }

  @Override
  public Response refusal(int status, String reason) {
    return others.refusal(status, reason);
  }
}
