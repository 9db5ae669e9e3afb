package dev.larder.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.http.Body;
import dev.larder.http.Headers;
import dev.larder.http.Request;
import dev.larder.http.Response;
import dev.larder.metrics.Metrics;
import dev.larder.registry.access.AccessControl;
import dev.larder.registry.access.AccessSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsoleHandlerTest {
  private final Map<String, String> problems = new HashMap<>();
  private final Health health = new Health(() -> problems);
  private final Metrics metrics = new Metrics(List.of("docker.io"));

  @AfterEach
  void close() {
    metrics.close();
  }

  private Response ask(Door door, String path, Headers headers) throws IOException {
    return ask("GET", door, path, headers);
  }

  private Response ask(String method, Door door, String path, Headers headers) throws IOException {
    return new ConsoleHandler(
            health,
            Optional.of(new ConsoleHandler.Exposition("/metrics", metrics, door)),
            new NothingElse("nothing else is here"))
        .handle(
            new Request(
                method,
                path,
                "",
                headers,
                "http",
                new InetSocketAddress(5000),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 40000),
                InputStream.nullInputStream()));
  }

  private Response get(String path) throws IOException {
    return ask(Door.OPEN, path, Headers.none());
  }

  private static String text(Response response) {
    return new String(((Body.Bytes) response.body()).content(), UTF_8);
  }

  @Test
  void oneThatCanServeIsReadyByEachOfItsNames() throws IOException {
    for (String path : List.of("/healthz", "/readyz", "/debug/health")) {
      assertThat(get(path).status()).isEqualTo(200);
      assertThat(text(get(path))).isEqualTo("{}");
    }
  }

  @Test
  void oneThatCantSaysWhyAndIsAliveAllTheSame() throws IOException {
    problems.put("folder", "/data can't be written to");

    for (String path : List.of("/readyz", "/debug/health")) {
      assertThat(get(path).status()).isEqualTo(503);
      assertThat(text(get(path))).isEqualTo("{\"folder\":\"/data can't be written to\"}");
    }
    assertThat(get("/healthz").status()).isEqualTo(200);
  }

  @Test
  void aCheckThatFailsIsAProblem() throws IOException {
    ConsoleHandler broken =
        new ConsoleHandler(
            new Health(
                () -> {
                  throw new IllegalStateException("the disk is gone");
                }),
            Optional.empty(),
            new NothingElse(""));
    Response response =
        broken.handle(
            new Request(
                "GET",
                "/readyz",
                "",
                Headers.none(),
                "http",
                new InetSocketAddress(5000),
                new InetSocketAddress(40000),
                InputStream.nullInputStream()));
    assertThat(response.status()).isEqualTo(503);
    assertThat(text(response)).isEqualTo("{\"store\":\"the disk is gone\"}");
  }

  @Test
  void metricsAreTextForPrometheus() throws IOException {
    Response response = get("/metrics");

    assertThat(response.headers().first("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    assertThat(text(response)).contains("larder_requests_total{");
  }

  @Test
  void otherPathsAreOthersAndNothingCanBeChanged() throws IOException {
    assertThat(get("/v2/").status()).isEqualTo(404);
    assertThat(text(get("/"))).isEqualTo("nothing else is here\n");
    Response response = ask("POST", Door.OPEN, "/metrics", Headers.none());
    assertThat(response.status()).isEqualTo(405);
    assertThat(response.headers().first("Allow")).contains("GET, HEAD");
  }

  @Test
  void whereSomebodyCanLogInMetricsAreForThoseWhoHave(@TempDir Path folder) throws IOException {
    Path users = folder.resolve("htpasswd");
    Files.writeString(users, "");
    Door door =
        new Door(
            Optional.of(
                new AccessControl(AccessSettings.OPEN.with(users), InstantSource.system())));
    Files.writeString(
        users,
        "prom:"
            + at.favre.lib.crypto.bcrypt.BCrypt.withDefaults()
                .hashToString(4, "secret".toCharArray())
            + "\n");
    Door opened =
        new Door(
            Optional.of(
                new AccessControl(AccessSettings.OPEN.with(users), InstantSource.system())));

    Response none = ask(door, "/metrics", Headers.none());
    assertThat(none.status()).isEqualTo(401);
    assertThat(none.headers().first("WWW-Authenticate").orElseThrow()).startsWith("Basic ");
    assertThat(text(none)).doesNotContain("larder_");
    assertThat(ask(opened, "/metrics", basic("prom", "wrong")).status()).isEqualTo(401);
    assertThat(ask(opened, "/metrics", basic("", "")).status()).isEqualTo(401);
    assertThat(ask(opened, "/metrics", basic("prom", "secret")).status()).isEqualTo(200);
    assertThat(ask(door, "/readyz", Headers.none()).status()).isEqualTo(200);
  }

  private static Headers basic(String user, String password) {
    return Headers.none()
        .with(
            "Authorization",
            "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8)));
  }
}
