package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.cli.ConfigurationFile.UpstreamEntry;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.registry.access.AccessSettings;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.TestImages;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
            Optional.of(folder.resolve("no.pem")),
            Optional.empty(),
            Optional.empty());
    assertThatThrownBy(() -> start(Map.of(RegistryName.DOCKER_HUB, entry)))
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

  private Larder start() throws CommandException {
    UpstreamEntry entry =
        new UpstreamEntry(
            true,
            Optional.of(upstream.url()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return start(Map.of(new RegistryName("quay.io"), entry));
  }

  private Larder start(Map<RegistryName, UpstreamEntry> upstreams) throws CommandException {
    Configuration configuration =
        new Configuration(
            List.of(new ListenAddress("127.0.0.1", 0, Optional.empty())),
            folder,
            List.of(),
            upstreams,
            false,
            Optional.empty(),
            AccessSettings.OPEN,
            LogFormat.TEXT);
    return Larder.start(configuration, Map.of(), console);
  }

  private HttpResponse<byte[]> get(Larder larder, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + larder.addresses().getFirst().getPort() + path);
    return client.send(
        HttpRequest.newBuilder(uri).header("Accept", MediaType.OCI_MANIFEST.value()).build(),
        BodyHandlers.ofByteArray());
  }
}
