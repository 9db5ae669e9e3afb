package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.larder.cli.ConfigurationFile.UpstreamEntry;
import dev.larder.control.ControlClient;
import dev.larder.control.Progress;
import dev.larder.control.Step;
import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.registry.access.AccessSettings;
import dev.larder.store.CacheLimits;
import dev.larder.store.Housekeeping;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LarderTest {
  @TempDir Path folder;

  private final FakeUpstream upstream = FakeUpstream.start();
  private final StringWriter log = new StringWriter();
  private final Console console =
      new Console(LogFormat.TEXT, new PrintWriter(log), InstantSource.system());
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    console.close();
    client.close();
    upstream.close();
  }

  @Test
  void whatIsPulledOnceIsServedWithoutTheUpstreamAfterARestart() throws Exception {
    TestImages.Image image = TestImages.image("app", 100_000);
    upstream.putImage("org/app", "1", image);
    String manifest = "/v2/quay.io/org/app/manifests/1";
    String layer = "/v2/quay.io/org/app/blobs/" + image.layer(0);

    byte[] pulled;
    try (Larder larder = start()) {
      HttpResponse<byte[]> answer = get(larder, manifest);
      assertThat(answer.headers().firstValue("Larder-Cache")).contains("miss");
      assertThat(answer.body()).isEqualTo(image.manifest());
      pulled = get(larder, layer).body();
      assertThat(pulled).isEqualTo(image.layers().getFirst());
    }
    upstream.vanish();

    try (Larder larder = start()) {
      HttpResponse<byte[]> answer = get(larder, manifest);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Larder-Cache")).contains("stale");
      assertThat(answer.body()).isEqualTo(image.manifest());
      assertThat(get(larder, layer).body()).isEqualTo(pulled);
    }
  }

  @Test
  void aSecondLarderOnTheFolderIsRefusedAndToldWhoHasIt() throws Exception {
    try (Larder _ = start()) {
      assertThatThrownBy(this::start)
          .isInstanceOfSatisfying(
              CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(1))
          .hasMessageContaining(folder.toString())
          .hasMessageContaining("process " + ProcessHandle.current().pid());
    }
  }

  @Test
  void anUpstreamThatIsntAllowedIsRefusedByName() throws Exception {
    try (Larder larder = start()) {
      HttpResponse<byte[]> answer = get(larder, "/v2/app/manifests/1?ns=ghcr.io");
      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(new String(answer.body(), UTF_8)).contains("DENIED", "ghcr.io");
    }
  }

  @Test
  void aCaFileThatIsntThereEndsTheStartWithExitCode2() {
    UpstreamEntry entry =
        new UpstreamEntry(
            true,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(folder.resolve("no.pem")),
            Optional.empty());
    assertThatThrownBy(() -> start(Map.of(RegistryName.DOCKER_HUB, entry), false))
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("docker.io")
        .hasMessageContaining("no.pem");
  }

  @Test
  void eachRequestIsLogged() throws Exception {
    try (Larder larder = start()) {
      get(larder, "/v2/quay.io/org/app/manifests/1");
    }
    console.close();
    assertThat(log.toString()).contains("GET manifest quay.io/org/app:1 404 error");
  }

  @Test
  void standsInForRegistryTwo() throws Exception {
    TestImages.Image image = TestImages.image("app", 1000);
    upstream.putImage("org/app", "1", image);
    Map<String, String> settings =
        Map.of(
            "REGISTRY_HTTP_ADDR", "127.0.0.1:0",
            "REGISTRY_HTTP_HEADERS", "{X-Content-Type-Options: [nosniff]}",
            "REGISTRY_HTTP_DEBUG",
                "{addr: '127.0.0.1:0', prometheus: {enabled: true, path: /numbers}}",
            "REGISTRY_LOG_ACCESSLOG_DISABLED", "true",
            "REGISTRY_PROXY_REMOTEURL", upstream.url().toString(),
            "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY", folder.toString());
    Configuration configuration =
        DistributionConfiguration.of(DistributionSettings.read(Optional.empty(), settings));

    try (Larder larder = Larder.start(configuration, Map.of(), console)) {
      for (String ns : List.of("", "?ns=docker.io")) {
        HttpResponse<byte[]> pulled = get(larder, "/v2/org/app/manifests/1" + ns);
        assertThat(pulled.body()).isEqualTo(image.manifest());
        assertThat(pulled.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      }
      int health = larder.addresses().getLast().getPort();
      assertThat(get(health, "GET", "/debug/health").body()).isEqualTo("{}".getBytes(UTF_8));
      assertThat(new String(get(health, "GET", "/numbers").body(), UTF_8)).contains("larder_");
      assertThat(get(larder, "/metrics").statusCode()).isEqualTo(404);
      assertThat(get(health, "GET", "/v2/").statusCode()).isEqualTo(404);
      int port = larder.addresses().getFirst().getPort();
      assertThat(get(port, "POST", "/v2/org/app/blobs/uploads/").statusCode()).isEqualTo(202);
      assertThat(get(port, "DELETE", "/v2/org/app/manifests/1").statusCode()).isEqualTo(405);
    }
    assertThat(folder.resolve("larder/catalog.db")).exists();
    console.close();
    assertThat(log.toString()).doesNotContain("GET manifest");
  }

  @Test
  void commandsAreRunByTheLarderThatServesAndElseInTheirOwnProcess() throws Exception {
    TestImages.Image image = TestImages.image("app", 1000);
    try (Larder larder = start()) {
      String repository = "http://127.0.0.1:" + larder.addresses().getFirst().getPort() + "/v2/app";
      push(repository, image);

      assertThat(run("rm", "app:2")).isEqualTo("1 larder: there is no app:2\n");
      assertThat(run("rm", "elsewhere.example/app:1")).startsWith("1 ").contains("pushed here");
      assertThat(run("rm", "app")).startsWith("1 ").contains("NAME:TAG");
      assertThat(run("verify")).startsWith("0 read 2 blobs and 1 manifests");
      assertThat(run("rm", "app:1")).isEqualTo("0 removed app:1\n");
      assertThat(get(larder, "/v2/app/manifests/" + image.digest()).statusCode()).isEqualTo(404);
      assertThat(run("gc")).isEqualTo("0 removed 0 blobs, 0 bytes\n");
    }
    assertThat(run("gc", "--grace", "0s", "--dry-run")).startsWith("0 would remove 2 blobs");
    assertThat(run("gc", "--grace", "0s", "-o", "json")).startsWith("0 {").contains("\"blobs\":2");
    assertThat(run("gc", "--grace", "soon")).startsWith("2 ");
    assertThat(run("verify")).startsWith("0 read 0 blobs and 0 manifests");
  }

  @Test
  void statusAndListsTellWhatIsHereAndWhatWasCountedAlsoAfterARestart() throws Exception {
    TestImages.Image image = TestImages.image("app", 100_000);
    TestImages.Image mine = TestImages.image("mine", 1000);
    upstream.putImage("org/app", "1", image);
    try (Larder larder = start()) {
      assertThat(run("get", "images")).isEqualTo("0 No images yet.\n");
      push("http://127.0.0.1:" + larder.addresses().getFirst().getPort() + "/v2/mine", mine);
      for (int i = 0; i < 3; i++) {
        get(larder, "/v2/quay.io/org/app/manifests/1");
        get(larder, "/v2/quay.io/org/app/blobs/" + image.layer(0));
      }
      assertThat(run("status"))
          .startsWith("0 Larder ")
          .contains(", up ", "http://127.0.0.1:", "4 hits, 2 misses (66.7% hits)")
          .containsPattern("Saved +200.. kB: 301.. kB served, 100.. kB fetched, since 20");
      assertThat(run("status", "-o", "yaml")).contains("serving: true\n", "savedBytes: 200");
      assertThat(run("status", "-o", "name")).startsWith("2 larder: ");
      assertThat(run("status")).doesNotContain("DAY");
      assertThat(run("status", "--days"))
          .containsPattern(
              "\nDAY +UPSTREAM +HITS +MISSES +SERVED +FETCHED +SAVED"
                  + "\n20[0-9-]+ +quay.io +4 +2 +301.. kB +100.. kB +200.. kB\n");
      assertThat(run("status", "--days", "1", "-o", "json"))
          .contains("\"upstreams\":[{\"name\":\"quay.io\",\"hits\":4,\"misses\":2,");
      assertThat(run("status", "--days", "400")).startsWith("2 larder: --days is from 1 to 365");
      assertThat(run("get", "upstreams")).containsPattern("quay.io +4 +2 .*fine [0-9]+s ago");
    }
    assertThat(run("status", "-o", "json"))
        .contains("\"serving\":false", "\"hits\":4", "\"misses\":2", "\"pushes\":1");
    assertThat(run("get", "images", "-o", "name")).isEqualTo("0 mine:1\nquay.io/org/app:1\n");
    assertThat(run("get", "images", "quay", "-o", "json"))
        .contains("\"kind\":\"mirrored\"", "\"pulls\":3", "\"lastPulled\":\"20");
    assertThat(run("get", "tags", "mine")).startsWith("0 TAG   KIND").contains("1     hosted");
    assertThat(run("get", "tags", "quay.io/org/other")).startsWith("1 larder: there is no");
    assertThat(run("get", "upstreams", "-o", "wide")).contains("not asked", "https://quay.io");
  }

  @Test
  void refreshSaysWhatTagsNameNow() throws Exception {
    TestImages.Image old = TestImages.image("old", 1000);
    TestImages.Image now = TestImages.image("new", 1000);
    for (String tag : List.of("1", "2", "3")) {
      upstream.putImage("org/app", tag, old);
    }
    try (Larder larder = start()) {
      get(larder, "/v2/quay.io/org/app/manifests/1");
      get(larder, "/v2/quay.io/org/app/manifests/2");
      upstream.putImage("org/app", "1", now);
      upstream.deleteTag("org/app", "2");

      assertThat(run("refresh", "quay.io/org/app:1"))
          .startsWith("0 IMAGE")
          .containsPattern(
              "quay.io/org/app:1 +changed +sha256:[0-9a-f]{12} +sha256:[0-9a-f]{12}\n");
      assertThat(get(larder, "/v2/quay.io/org/app/manifests/1").body()).isEqualTo(now.manifest());
      assertThat(run("refresh", "quay.io/org/app:3", "quay.io/org/app", "-o", "json"))
          .startsWith("0 {\"images\":[{\"name\":\"quay.io/org/app:3\",\"new\":")
          .contains("\"state\":\"new\"", "\"state\":\"unchanged\"", "\"state\":\"gone\"")
          .contains("\"old\":\"%s\"".formatted(old.digest()));
      assertThat(run("refresh", "quay.io/*:3", "-o", "name")).isEqualTo("0 quay.io/org/app:3\n");
      assertThat(run("refresh", "--all", "-o", "name"))
          .isEqualTo("0 quay.io/org/app:1\nquay.io/org/app:3\n");
      assertThat(run("refresh", "quay.io/org/app:none"))
          .startsWith("1 ")
          .contains("failed", "larder: quay.io/org/app:none: quay.io has no org/app:none");
      upstream.vanish();
      assertThat(run("refresh", "quay.io/org/app:1"))
          .startsWith("1 ")
          .contains("failed", "larder: quay.io/org/app:1: ", "the connection was refused");
      assertThat(run("refresh", "ghcr.io/org/app:1")).contains("doesn't allow ghcr.io");
      assertThat(run("refresh", "quay.io/org/app@" + old.digest())).contains("for ever");
      assertThat(run("refresh", "app:1")).contains("doesn't say whose image it is");
      assertThat(run("refresh", "quay.io/app:1:2")).contains("REGISTRY/NAME:TAG");
      assertThat(run("refresh", "quay.io/other")).startsWith("1 larder: there is no repository");
      assertThat(run("refresh", "ghcr.io/*")).startsWith("1 larder: no tag of an upstream's");
      assertThat(run("refresh")).startsWith("2 larder: say which");
      assertThat(run("refresh", "--all", "quay.io/org/app:1")).startsWith("2 larder: say which");
    }
    assertThat(run("refresh", "--all")).startsWith("1 larder: no Larder serves this store");
  }

  @Test
  void offlineWhatIsHereIsServedAndTheStatusSaysSo() throws Exception {
    TestImages.Image image = TestImages.image("app", 1000);
    upstream.putImage("org/app", "1", image);
    String tag = "/v2/quay.io/org/app/manifests/1";
    try (Larder larder = start()) {
      get(larder, tag);
    }
    int asked = upstream.requests().size();
    try (Larder larder = start(upstreams(), false, true)) {
      HttpResponse<byte[]> stale = get(larder, tag);
      assertThat(stale.body()).isEqualTo(image.manifest());
      assertThat(stale.headers().firstValue("Larder-Cache")).contains("stale");
      HttpResponse<byte[]> other = get(larder, "/v2/quay.io/org/app/manifests/2");
      assertThat(other.statusCode()).isEqualTo(404);
      assertThat(new String(other.body(), UTF_8)).contains("MANIFEST_UNKNOWN", "is offline");
      assertThat(get(larder, "/v2/ghcr.io/a/b/manifests/1").statusCode()).isEqualTo(403);
      assertThat(run("status")).contains(", offline: no upstream is asked");
      assertThat(run("get", "upstreams")).containsPattern("quay.io .* offline\n");
      assertThat(run("refresh", "quay.io/org/app:1")).startsWith("1 ").contains("is offline");
    }
    assertThat(upstream.requests()).hasSize(asked);
  }

  @Test
  void theRateLimitAndWhoIsLeftAloneAreShown() throws Exception {
    upstream.fail(
        SeenRequest::isManifest,
        new Fault.Status(
            429,
            Map.of(
                "ratelimit-limit", "100;w=21600",
                "ratelimit-remaining", "0;w=21600",
                "Retry-After", "90"),
            ""));
    try (Larder larder = start()) {
      assertThat(get(larder, "/v2/quay.io/org/app/manifests/1").statusCode()).isEqualTo(503);
      assertThat(run("get", "upstreams"))
          .contains("LEFT")
          .containsPattern(" 0/100 +left alone [18][0-9ms]+\n");
      assertThat(run("get", "upstreams", "-o", "wide"))
          .containsPattern("0 of 100 pulls left in 6h, as of [0-9]+s ago; .* only every 5m until")
          .contains("5m, limit near");
      assertThat(run("status"))
          .containsPattern("Rate limit +quay.io: 0 of 100 pulls left in 6h, as of [0-9]+s ago;")
          .containsPattern("Left alone +quay.io, for another [18][0-9ms]+: it answered 429");
      assertThat(run("get", "upstreams", "-o", "json"))
          .contains("\"limit\":100,\"remaining\":0,\"windowSeconds\":21600,\"at\":\"20")
          .contains("\"stretchedToSeconds\":300", "\"leftAlone\":{\"until\":\"20")
          .contains("\"freshForSeconds\":30,\"negativeForSeconds\":10");
    }
  }

  @Test
  void eventsTellWhatHappensAndWhatHasHappened() throws Exception {
    TestImages.Image image = TestImages.image("app", 1000);
    upstream.putImage("org/app", "1", image);
    try (Larder larder = start()) {
      push("http://127.0.0.1:" + larder.addresses().getFirst().getPort() + "/v2/mine", image);
      get(larder, "/v2/quay.io/org/app/manifests/1");
      // A client may have all of an answer a little before that is noted.
      while (run("events", "--kind", "pull").equals("0 ")) {
        Thread.onSpinWait();
      }
      run("rm", "mine:1");

      assertThat(run("events").lines().map(LarderTest::withoutTimes))
          .containsExactly(
              "0 push blob mine@" + Digest.sha256(image.config()),
              "push blob mine@" + image.layer(0),
              "push manifest mine:1",
              "fetch manifest quay.io/org/app@" + image.digest(),
              "pull manifest quay.io/org/app:1 miss",
              "delete manifest mine:1");
      assertThat(run("events", "-n", "1", "--kind", "push,pull", "mine:*"))
          .contains("push   manifest mine:1")
          .hasLineCount(1);
      assertThat(run("events", "quay.io", "--kind", "pull", "-o", "json"))
          .contains(
              "\"name\":\"quay.io/org/app:1\"",
              "\"digest\":\"" + image.digest(),
              "\"outcome\":\"miss\"",
              "\"client\":\"127.0.0.1\"");
      assertThat(run("events", "--kind", "boom")).startsWith("2 larder: --kind: \"boom\"");
    }
    assertThat(run("events")).startsWith("1 larder: no Larder serves");
  }

  /** A line of events without when it was, how long it took, and how many bytes these were. */
  private static String withoutTimes(String line) {
    return line.replaceFirst("[0-9T:.-]+Z ", "")
        .replaceFirst(" [0-9.]+ (bytes|.B) [0-9]+ ms.*", "")
        .replaceAll(" +", " ");
  }

  @Test
  void whoFollowsEventsGetsThemAsTheyCome() throws Exception {
    upstream.putImage("org/app", "1", TestImages.image("app", 1000));
    BlockingQueue<JsonNode> seen = new LinkedBlockingQueue<>();
    Progress taking =
        new Progress() {
          @Override
          public void report(Step step) {
            seen.add(NullNode.instance); // waits for the first one
          }

          @Override
          public void give(JsonNode item) {
            seen.add(item);
          }
        };
    JsonNode arguments =
        EventsOperation.arguments(true, 0, List.of("pull"), Optional.of("org/app:1"));
    FutureTask<JsonNode> following =
        new FutureTask<>(
            () -> {
              Path socket = DataFolder.controlSocket(folder);
              try (ControlClient client = ControlClient.connect(socket).orElseThrow()) {
                return client.run(Operations.EVENTS, arguments, taking);
              }
            });
    try (Larder larder = start()) {
      Thread.ofVirtual().start(following);
      seen.take();
      get(larder, "/v2/quay.io/org/app/manifests/1");
      JsonNode event = seen.take();
      while (event.isNull()) {
        event = seen.take();
      }
      assertThat(event.path("name").asText()).isEqualTo("quay.io/org/app:1");
    }
    assertThatThrownBy(following::get).hasCauseInstanceOf(IOException.class);
  }

  private String metrics(Larder larder) throws Exception {
    return new String(get(larder, "/metrics").body(), UTF_8);
  }

  @Test
  void metricsAndHealthAreWhereImagesAre() throws Exception {
    TestImages.Image image = TestImages.image("app", 1000);
    upstream.putImage("org/app", "1", image);
    try (Larder larder = start()) {
      get(larder, "/v2/quay.io/org/app/manifests/1");
      get(larder, "/v2/quay.io/org/app/blobs/" + image.layer(0));

      String miss =
          "larder_requests_total{object=\"blob\",outcome=\"miss\",upstream=\"quay.io\"} 1.0";
      String metrics = metrics(larder);
      while (!metrics.contains(miss) || !metrics.contains("larder_fetches_in_progress 0.0")) {
        metrics = metrics(larder); // noted a little after the client has its last byte
      }
      assertThat(metrics.lines())
          .contains(
              "larder_store_bytes 1000.0",
              "larder_upstream_circuit_open{upstream=\"quay.io\"} 0.0");
      assertThat(get(larder, "/readyz").body()).isEqualTo("{}".getBytes(UTF_8));
      assertThat(get(larder, "/healthz").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void imagesArePinnedWhetherTheyAreHereOrNot() throws Exception {
    upstream.putImage("org/app", "1", TestImages.image("app", 1000));
    try (Larder larder = start()) {
      assertThat(run("pin")).isEqualTo("0 Nothing is pinned.\n");
      get(larder, "/v2/quay.io/org/app/manifests/1");

      assertThat(run("pin", "quay.io/org/app:1", "quay.io/org/app:2"))
          .isEqualTo(
              """
              0 pinned quay.io/org/app:1
              pinned quay.io/org/app:2, which isn't here: it stays once it is pulled
              """);
      assertThat(run("get", "images")).containsPattern("PINNED *\n.*quay.io/org/app:1 .* true");
      assertThat(run("pin", "app:1")).startsWith("1 ").contains("pushed here");
      assertThat(run("pin", "quay.io/org/app")).startsWith("1 ").contains("REGISTRY/NAME:TAG");
      assertThat(run("unpin", "quay.io/org/app:3"))
          .isEqualTo("1 larder: quay.io/org/app:3 isn't pinned\n");
      assertThat(run("status")).containsPattern("Cache +0 bytes of at most .*, 2 pins; 0 evicted");
    }
    assertThat(run("unpin", "quay.io/org/app:1", "-o", "json"))
        .isEqualTo("0 {\"unpinned\":[{\"name\":\"quay.io/org/app:1\",\"here\":true}]}\n");
    assertThat(run("pin")).startsWith("0 pinned quay.io/org/app:2");
  }

  @Test
  void whatWasPushedOverAnUpstreamsImageIsRemovedByItsName() throws Exception {
    TestImages.Image ours = TestImages.image("ours", 1000);
    upstream.putImage("org/app", "1", TestImages.image("theirs", 1000));
    String tag = "/v2/org/app/manifests/1?ns=quay.io";
    try (Larder larder = start(true)) {
      String url = "http://127.0.0.1:" + larder.addresses().getFirst().getPort();
      push(url + "/v2/quay.io/org/app", ours);
      assertThat(get(larder, tag).headers().firstValue("Larder-Cache")).contains("overlay");

      assertThat(run("rm", "quay.io/org/app:1")).isEqualTo("0 removed quay.io/org/app:1\n");

      assertThat(get(larder, tag).headers().firstValue("Larder-Cache")).contains("miss");
      assertThat(run("rm", "quay.io/org/app:1"))
          .isEqualTo(
              "1 larder: no image was pushed here as quay.io/org/app:1; what is mirrored isn't"
                  + " removed\n");
      assertThat(run("rm", "reg.corp:5000/app:1")).contains("pushed here as reg.corp:5000/app:1;");
    }
  }

  @Test
  void verifyTellsByItsExitCodeThatSomethingIsWrong() throws Exception {
    TestImages.Image image = TestImages.image("app", 1000);
    try (Larder larder = start()) {
      String repository = "http://127.0.0.1:" + larder.addresses().getFirst().getPort() + "/v2/app";
      push(repository, image);
    }
    String hex = image.layer(0).hex();
    Files.write(
        folder.resolve("blobs/sha256").resolve(hex.substring(0, 2)).resolve(hex), new byte[1000]);

    assertThat(run("verify"))
        .startsWith("1 the blob sha256:" + hex)
        .contains("app:1 lacks sha256:" + hex);
  }

  private void push(String repository, TestImages.Image image) throws Exception {
    for (byte[] blob : List.of(image.config(), image.layers().getFirst())) {
      HttpRequest.Builder upload =
          HttpRequest.newBuilder(
                  URI.create(repository + "/blobs/uploads/?digest=" + Digest.sha256(blob)))
              .POST(HttpRequest.BodyPublishers.ofByteArray(blob));
      assertThat(client.send(upload.build(), BodyHandlers.discarding()).statusCode())
          .isEqualTo(201);
    }
    HttpRequest.Builder manifest =
        HttpRequest.newBuilder(URI.create(repository + "/manifests/1"))
            .header("Content-Type", image.mediaType().value())
            .PUT(HttpRequest.BodyPublishers.ofByteArray(image.manifest()));
    assertThat(client.send(manifest.build(), BodyHandlers.discarding()).statusCode())
        .isEqualTo(201);
  }

  /** The exit code of a command on the folder, and what it prints but for its progress. */
  private String run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(
                Stream.concat(Stream.of(arguments), Stream.of("--data", folder.toString()))
                    .toArray(String[]::new));
    String errors =
        err.toString().lines().filter(line -> line.startsWith("larder: ")).findFirst().orElse("");
    return exit + " " + out + (errors.isEmpty() ? "" : errors + "\n");
  }

  private Larder start() throws CommandException {
    return start(false);
  }

  private Larder start(boolean overlays) throws CommandException {
    return start(upstreams(), overlays);
  }

  private Map<RegistryName, UpstreamEntry> upstreams() {
    UpstreamEntry entry =
        new UpstreamEntry(
            true,
            Optional.of(upstream.url()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return Map.of(new RegistryName("quay.io"), entry);
  }

  private Larder start(Map<RegistryName, UpstreamEntry> upstreams, boolean overlays)
      throws CommandException {
    return start(upstreams, overlays, false);
  }

  private Larder start(
      Map<RegistryName, UpstreamEntry> upstreams, boolean overlays, boolean offline)
      throws CommandException {
    Configuration configuration =
        new Configuration(
            List.of(new ListenAddress("127.0.0.1", 0, Optional.empty())),
            folder,
            List.of(),
            upstreams,
            false,
            overlays,
            offline,
            true,
            Optional.empty(),
            AccessSettings.OPEN,
            Housekeeping.Schedule.DEFAULT,
            CacheLimits.DEFAULT.size(),
            LogSettings.usual(LogFormat.TEXT),
            Telemetry.NONE,
            StandIn.NONE);
    return Larder.start(configuration, Map.of(), console);
  }

  private HttpResponse<byte[]> get(Larder larder, String path) throws Exception {
    return get(larder.addresses().getFirst().getPort(), "GET", path);
  }

  private HttpResponse<byte[]> get(int port, String method, String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, BodyPublishers.noBody())
            .header("Accept", MediaType.OCI_MANIFEST.value())
            .build(),
        BodyHandlers.ofByteArray());
  }
}
