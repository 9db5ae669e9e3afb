package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.cli.ConfigurationFile.UpstreamEntry;
import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.registry.access.AccessSettings;
import dev.larder.store.Housekeeping;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.TestImages;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
            "REGISTRY_HTTP_DEBUG_ADDR", "127.0.0.1:0",
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
    UpstreamEntry entry =
        new UpstreamEntry(
            true,
            Optional.of(upstream.url()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return start(Map.of(new RegistryName("quay.io"), entry), overlays);
  }

  private Larder start(Map<RegistryName, UpstreamEntry> upstreams, boolean overlays)
      throws CommandException {
    Configuration configuration =
        new Configuration(
            List.of(new ListenAddress("127.0.0.1", 0, Optional.empty())),
            folder,
            List.of(),
            upstreams,
            false,
            overlays,
            true,
            Optional.empty(),
            AccessSettings.OPEN,
            Housekeeping.Schedule.DEFAULT,
            LogSettings.usual(LogFormat.TEXT),
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
