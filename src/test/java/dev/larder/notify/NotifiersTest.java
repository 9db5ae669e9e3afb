package dev.larder.notify;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.events.Event;
import dev.larder.events.Events;
import dev.larder.events.Kind;
import dev.larder.http.Handler;
import dev.larder.http.Headers;
import dev.larder.http.Request;
import dev.larder.http.Response;
import dev.larder.http.Server;
import dev.larder.metrics.Metrics;
import dev.larder.oci.RegistryName;
import dev.larder.registry.Access;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NotifiersTest {
  private static final RegistryName QUAY = new RegistryName("quay.io");
  private static final String DIGEST = "sha256:" + "a".repeat(64);
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  private static final Duration LONG = Duration.ofSeconds(30);

  private record Posted(Headers headers, JsonNode content) {
    JsonNode event() {
      return content.path("events").path(0);
    }
  }

  private final BlockingQueue<Posted> posts = new LinkedBlockingQueue<>();

  /** How many posts are still to be refused. */
  private final AtomicInteger refusals = new AtomicInteger();

  private final Events events = new Events(100);
  private final Metrics metrics = new Metrics(List.of());
  private Server server;
  private int port;

  @BeforeEach
  void start() throws IOException {
    Handler receiver =
        new Handler() {
          @Override
          public Response handle(Request request) throws IOException {
            JsonNode content = new JsonMapper().readTree(request.body());
            if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
              return Response.of(503);
            }
            posts.add(new Posted(request.headers(), content));
            return Response.of(200);
          }

          @Override
          public Response refusal(int status, String reason) {
            return Response.of(status);
          }
        };
    server =
        Server.start(
            List.of(
                new Server.Listener(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), receiver)));
    port = server.addresses().getFirst().getPort();
  }

  @AfterEach
  void stop() {
    server.stop(Duration.ZERO);
    metrics.close();
  }

  private Notifiers notifiers(EndpointSettings... endpoints) {
    return Notifiers.start(List.of(endpoints), events, 5000, Optional.empty(), metrics);
  }

  private EndpointSettings endpoint(Headers headers, Set<String> types, Set<String> actions) {
    return new EndpointSettings(
        "listener",
        URI.create("http://127.0.0.1:" + port + "/events?a=b"),
        headers,
        LONG,
        3,
        Duration.ofMillis(1),
        types,
        actions);
  }

  private EndpointSettings endpoint() {
    return endpoint(Headers.none(), Set.of(), Set.of());
  }

  private static Event event(Kind kind, boolean blob, String tag) {
    return new Event(
        Instant.parse("2026-01-02T03:04:05.678Z"),
        kind,
        new Event.Target(
            blob,
            Optional.of(QUAY),
            "org/app",
            tag.isEmpty() ? Optional.empty() : Optional.of(tag),
            Optional.of(DIGEST),
            blob ? "" : MANIFEST,
            500,
            kind == Kind.MOUNT ? Optional.of("org/base") : Optional.empty()),
        "",
        500,
        Duration.ofMillis(3),
        Optional.empty(),
        Optional.of(
            new Event.Request(
                "GET",
                new Access.Client(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 40000),
                    "containerd/2.1.9",
                    "alice",
                    "larder:5000",
                    "https"))));
  }

  private static String without(JsonNode event, String... fields) {
    var copy = (com.fasterxml.jackson.databind.node.ObjectNode) event.deepCopy();
    List.of(fields).forEach(copy::remove);
    return copy.toString();
  }

  @Test
  void aUrlIsPostedToAsItIsWritten() {
    EndpointSettings signed = at("https://user:p%40ss@hooks.example/a%2Fb?sig=ab%2Bc%3D%26x#part");

    assertThat(signed.address()).hasToString("https://hooks.example/a%2Fb?sig=ab%2Bc%3D%26x");
    assertThat(signed.userInfo()).contains("user:p@ss");
  }

  private static EndpointSettings at(String url) {
    return new EndpointSettings(
        "hook", URI.create(url), Headers.none(), LONG, 3, LONG, Set.of(), Set.of());
  }

  @Test
  void anAnswerWhoseBodyDoesntEndCountsByItsStatus() throws Exception {
    try (ServerSocket endless = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        var _ = notifiers(at("http://127.0.0.1:" + endless.getLocalPort() + "/"))) {
      endless.setSoTimeout((int) LONG.toMillis());
      for (String tag : List.of("1", "2")) {
        events.add(event(Kind.PULL, false, tag));
        Socket post = endless.accept();
        post.getOutputStream()
            .write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".getBytes(US_ASCII));
      }
    }
  }

  @Test
  void anIpv6AddressStandsInBracketsBeforeItsPort() throws Exception {
    Event seen = event(Kind.PULL, false, "1");
    InetSocketAddress six = new InetSocketAddress(InetAddress.ofLiteral("::1"), 40000);
    Event.Request request = seen.request().orElseThrow();
    try (var _ = notifiers(endpoint())) {
      events.add(
          new Event(
              seen.at(),
              seen.kind(),
              seen.target(),
              seen.outcome(),
              seen.bytes(),
              seen.took(),
              seen.failure(),
              Optional.of(
                  new Event.Request(
                      request.method(),
                      new Access.Client(
                          six,
                          request.client().userAgent(),
                          request.client().user(),
                          request.client().host(),
                          request.client().scheme())))));
      assertThat(posts.take().event().path("request").path("addr").asText())
          .isEqualTo("[0:0:0:0:0:0:0:1]:40000");
    }
  }

  @Test
  void anEventIsToldAsDistributionTellsIt() throws Exception {
    try (var _ = notifiers(endpoint())) {
      events.add(event(Kind.PULL, false, "1"));
      Posted posted = posts.take();

      assertThat(posted.headers().first("Content-Type"))
          .contains("application/vnd.docker.distribution.events.v1+json");
      JsonNode event = posted.event();
      assertThat(event.path("id").asText()).hasSize(36);
      assertThat(event.path("request").path("id").asText()).hasSize(36);
      assertThat(event.path("source").path("addr").asText()).endsWith(":5000");
      assertThat(event.path("source").path("instanceID").asText()).hasSize(36);
      assertThat(event.path("target").toString())
          .isEqualTo(
              """
              {"mediaType":"%1$s","size":500,"digest":"%2$s","length":500,\
              "repository":"quay.io/org/app",\
              "url":"https://larder:5000/v2/quay.io/org/app/manifests/%2$s","tag":"1"}\
              """
                  .formatted(MANIFEST, DIGEST));
      assertThat(without(event, "id", "target", "request", "source"))
          .isEqualTo(
              "{\"timestamp\":\"2026-01-02T03:04:05.678Z\",\"action\":\"pull\","
                  + "\"actor\":{\"name\":\"alice\"}}");
      assertThat(without(event.path("request"), "id"))
          .isEqualTo(
              "{\"addr\":\"127.0.0.1:40000\",\"host\":\"larder:5000\",\"method\":\"GET\","
                  + "\"useragent\":\"containerd/2.1.9\"}");
    }
  }

  @Test
  void aBlobIsOfDistributionsTypeAndWhatIsDeletedHasNone() throws Exception {
    try (var _ = notifiers(endpoint())) {
      events.add(event(Kind.MOUNT, true, ""));
      JsonNode mounted = posts.take().event().path("target");
      assertThat(mounted.path("mediaType").asText()).isEqualTo("application/octet-stream");
      assertThat(mounted.path("fromRepository").asText()).isEqualTo("org/base");
      assertThat(mounted.path("url").asText()).endsWith("/v2/quay.io/org/app/blobs/" + DIGEST);
      events.add(event(Kind.DELETE, true, ""));
      JsonNode deleted = posts.take().event().path("target");
      assertThat(deleted.has("mediaType")).isFalse();
      assertThat(deleted.has("url")).isFalse();
    }
  }

  @Test
  void whatDistributionHasNoWordForAndWhatIsIgnoredIsntTold() throws Exception {
    try (var _ =
        notifiers(endpoint(Headers.none(), Set.of("application/octet-stream"), Set.of("delete")))) {
      events.add(event(Kind.FETCH, false, "1"));
      events.add(event(Kind.EVICT, false, "2"));
      events.add(event(Kind.PULL, true, "3"));
      events.add(event(Kind.DELETE, false, "4"));
      events.add(event(Kind.PUSH, false, "5"));

      assertThat(posts.take().event().path("target").path("tag").asText()).isEqualTo("5");
    }
  }

  @Test
  void anEventIsToldUntilItIsTakenAndTheNextOnesAfterIt() throws Exception {
    refusals.set(10);
    try (var _ = notifiers(endpoint())) {
      events.add(event(Kind.PUSH, false, "1"));
      events.add(event(Kind.PUSH, false, "2"));

      assertThat(posts.take().event().path("target").path("tag").asText()).isEqualTo("1");
      assertThat(posts.take().event().path("target").path("tag").asText()).isEqualTo("2");
      // The endpoint has it a little before we know that.
      String delivered =
          "larder_notifications_total{endpoint=\"listener\",outcome=\"delivered\"} 2.0\n";
      while (!metrics.text().contains(delivered)) {
        Thread.onSpinWait();
      }
    }
    assertThat(metrics.text())
        .contains("larder_notification_failures_total{endpoint=\"listener\"} 10.0\n");
  }

  @Test
  void whatHappenedBeforeTheEndIsToldStillUnlessTheEndpointRefusesIt() throws Exception {
    Notifiers notifiers = notifiers(endpoint());
    for (int i = 0; i < 50; i++) {
      events.add(event(Kind.PUSH, false, "1"));
    }
    notifiers.close();
    assertThat(posts).hasSize(50);

    refusals.set(Integer.MAX_VALUE);
    Notifiers refused = notifiers(endpoint());
    refused.close(); // and ends all the same
    assertThat(posts).hasSize(50);
  }

  @Test
  void headersAndTheLoginOfTheUrlAreSentAndNeverShown() throws Exception {
    EndpointSettings plain = endpoint(Headers.none().with("X-Token", "secret"), Set.of(), Set.of());
    EndpointSettings login =
        new EndpointSettings(
            plain.name(),
            URI.create("http://me:p%40ss@127.0.0.1:" + port + "/"),
            plain.headers(),
            LONG,
            1,
            LONG,
            Set.of(),
            Set.of());
    try (var _ = notifiers(login)) {
      events.add(event(Kind.PUSH, false, "1"));
      Posted posted = posts.take();
      assertThat(posted.headers().first("X-Token")).contains("secret");
      assertThat(posted.headers().first("Authorization")).contains("Basic bWU6cEBzcw==");
    }
    assertThat(login.toString()).isEqualTo("listener (127.0.0.1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> endpoint(Headers.none().with("X-Token", "sec\nret"), Set.of(), Set.of()))
        .withMessage("the header \"X-Token\" can't be sent");
  }

  @Test
  void whatAnEndpointWasTooSlowForIsCountedAndItGoesOnWithTheRest() throws Exception {
    Events few = new Events(2);
    for (int i = 0; i < 5; i++) {
      few.add(event(Kind.PUSH, false, "old"));
    }
    refusals.set(Integer.MAX_VALUE);
    Notifiers notifiers =
        Notifiers.start(List.of(endpoint()), few, 5000, Optional.empty(), metrics);
    try (notifiers) {
      awaitRefusal();
      for (int i = 0; i < 5; i++) {
        few.add(event(Kind.PUSH, false, "new" + i));
      }
      refusals.set(0);
      posts.take();
      posts.take();
      assertThat(posts.take().event().path("target").path("tag").asText()).isEqualTo("new3");
    }
    assertThat(metrics.text())
        .contains("larder_notifications_total{endpoint=\"listener\",outcome=\"dropped\"} 3.0\n");
  }

  private void awaitRefusal() {
    while (refusals.get() == Integer.MAX_VALUE) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aRegistryThatClientsDontNameIsntNamedToOthersEither() {
    Envelopes envelopes = new Envelopes("here:5000", "x", Optional.of(QUAY));
    assertThat(
            new String(
                envelopes.of(event(Kind.PULL, false, "1")),
                java.nio.charset.StandardCharsets.UTF_8))
        .contains("\"repository\":\"org/app\"", "/v2/org/app/manifests/");
  }
}
