package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.http.Server;
import dev.larder.oci.RegistryName;
import dev.larder.testing.FakeAuthentication;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.RawHttp;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import dev.larder.upstream.Deadlines;
import dev.larder.upstream.DockerConfig;
import dev.larder.upstream.ProxySettings;
import dev.larder.upstream.UpstreamRules;
import dev.larder.upstream.UpstreamSettings;
import dev.larder.upstream.Upstreams;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a client's socket to an upstream's: the whole of it, with nothing left out. */
class PullThroughTest {
  private static final TestImages.Image IMAGE = TestImages.image("busybox", 700_000, 10);
  private static final String REPOSITORY = "/v2/library/busybox";
  private static final String NS = "?ns=docker.io";

  private FakeUpstream upstream;
  private Upstreams upstreams;
  private TestRegistry registry;
  private Server server;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    upstream = FakeUpstream.start();
    upstream.putImage("library/busybox", "1.36", IMAGE);
    RegistryName hub = RegistryName.DOCKER_HUB;
    upstreams =
        new Upstreams(
            Map.of(
                hub,
                new UpstreamSettings(
                    hub, upstream.url(), true, Optional.empty(), Optional.empty())),
            UpstreamRules.ALL,
            new Deadlines(Duration.ofSeconds(5), Duration.ofSeconds(5)),
            Clock.systemUTC(),
            DockerConfig.fromEnvironment(Map.of(), folder),
            ProxySettings.NONE);
    registry = TestRegistry.withUpstreams(folder, upstreams::registry);
    server =
        Server.start(
            List.of(
                new Server.Listener(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), registry.handler)));
  }

  @AfterEach
  void stop() throws IOException {
    server.stop(Duration.ofSeconds(5));
    registry.close();
    upstreams.close();
    upstream.close();
  }

  @Test
  void anImageIsPulledAsContainerdDoes() throws IOException {
    for (String expected : List.of("miss", "hit")) {
      RawHttp.Answer head = request("HEAD", REPOSITORY + "/manifests/1.36" + NS);
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("content-type")).isEqualTo(IMAGE.mediaType().value());
      assertThat(head.header("content-length")).isEqualTo("" + IMAGE.manifest().length);
      assertThat(head.header("larder-cache")).isEqualTo(expected);
      String digest = head.header("docker-content-digest");
      assertThat(digest).isEqualTo(IMAGE.digest().toString());
      assertThat(request("GET", REPOSITORY + "/manifests/" + digest + NS).body())
          .isEqualTo(IMAGE.manifest());
      for (int i = 0; i < IMAGE.layers().size(); i++) {
        RawHttp.Answer layer = request("GET", REPOSITORY + "/blobs/" + IMAGE.layer(i) + NS);
        assertThat(layer.body()).isEqualTo(IMAGE.layers().get(i));
        assertThat(layer.header("larder-cache")).isEqualTo(expected);
      }
    }
  }

  @Test
  void manyPullALayerAtOnceAndTheUpstreamSendsItOnce() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    upstream.fail(SeenRequest::isBlob, 1, new Fault.Stall(100_000, goOn));
    List<Future<RawHttp.Answer>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        answers.add(
            threads.submit(() -> request("GET", REPOSITORY + "/blobs/" + IMAGE.layer(0) + NS)));
      }
      upstream.awaitRequests(SeenRequest::isBlob, 1);
      goOn.countDown();
      for (Future<RawHttp.Answer> answer : answers) {
        assertThat(answer.get(20, TimeUnit.SECONDS).body()).isEqualTo(IMAGE.layers().getFirst());
      }
    }
    assertThat(upstream.requests(asked -> asked.isBlob() && asked.method().equals("GET")))
        .hasSize(1);
  }

  @Test
  void anUpstreamThatVanishedIsStoodInFor() throws IOException {
    request("GET", REPOSITORY + "/manifests/1.36" + NS);
    upstream.vanish();
    registry.advance(Duration.ofMinutes(1));

    RawHttp.Answer stale = request("GET", REPOSITORY + "/manifests/1.36" + NS);

    assertThat(stale.status()).isEqualTo(200);
    assertThat(stale.body()).isEqualTo(IMAGE.manifest());
    assertThat(stale.header("larder-cache")).isEqualTo("stale");
    assertThat(stale.header("warning")).startsWith("299 - \"");
    RawHttp.Answer missing = request("GET", REPOSITORY + "/manifests/1.35" + NS);
    assertThat(missing.status()).isEqualTo(503);
    assertThat(missing.text()).contains("UNAVAILABLE");
    assertThat(request("GET", REPOSITORY + "/blobs/" + IMAGE.layer(0) + NS).status())
        .isEqualTo(404);
  }

  @Test
  void aThrottlingUpstreamIsNeverPassedOnAsSuch() throws IOException {
    upstream.fail(asked -> true, Fault.throttle("30"));

    RawHttp.Answer answer = request("GET", REPOSITORY + "/manifests/1.36" + NS);

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("retry-after")).isEqualTo("30");
  }

  @Test
  void whatNeedsALoginIsNoChallengeToWhoNamesOurselves() throws IOException {
    upstream.authenticate(FakeAuthentication.Bearer.of("me", "secret"));

    RawHttp.Answer answer = request("GET", "/v2/docker.io/library/busybox/manifests/1.36");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.text()).contains("DENIED");
    assertThat(answer.header("www-authenticate")).isEmpty();
  }

  @Test
  void anAddressThatNobodyConfiguredIsNotDialled() throws IOException {
    RawHttp.Answer answer = request("GET", "/v2/app/manifests/1?ns=127.0.0.1%3A" + upstream.port());

    assertThat(answer.status()).isGreaterThanOrEqualTo(400);
    assertThat(upstream.connectionsAccepted()).isZero();
  }

  private RawHttp.Answer request(String method, String target) throws IOException {
    try (RawHttp http = RawHttp.connect(server.addresses().getFirst())) {
      http.sendHead(method + " " + target + " HTTP/1.1", "Host: larder");
      return method.equals("HEAD") ? http.readHead() : http.read();
    }
  }
}
