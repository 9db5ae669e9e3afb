package dev.larder.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.http.Response;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.registry.TestRegistry.Answer;
import dev.larder.registry.access.AccessSettings;
import dev.larder.registry.access.Action;
import dev.larder.registry.access.Htpasswd;
import dev.larder.registry.access.Rule;
import dev.larder.store.Collector;
import dev.larder.store.RepositoryKey;
import dev.larder.testing.TestImages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What was pushed by the full name of an upstream's image. */
class OverlayTest {
  private static final TestImages.Image THEIRS = TestImages.image("theirs", 3000);
  private static final TestImages.Image OURS = TestImages.image("ours", 1000);
  private static final String PUSHED_AS = "/v2/docker.io/acme/app";

  @TempDir private Path folder;
  private TestRegistry registry;

  @BeforeEach
  void start() throws IOException {
    registry =
        new TestRegistry(
            Files.createDirectory(folder.resolve("data")), AccessSettings.OPEN, Layering.OVERLAYS);
    registry.upstream.has(THEIRS, "dev", "1");
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v2/acme/app%s?ns=docker.io",
        "/v2/docker.io/acme/app%s",
        "/docker.io/v2/acme/app%s",
        "/v2/docker.io/acme/app%s?ns=registry-1.docker.io"
      })
  void itComesFirstHoweverTheUpstreamsRepositoryIsNamed(String form) throws IOException {
    assertThat(registry.get(form.formatted("/manifests/dev")).body()).isEqualTo(THEIRS.manifest());

    Answer pushed = registry.push(PUSHED_AS, OURS, "dev");

    assertThat(pushed.status()).isEqualTo(201);
    assertThat(pushed.header("Larder-Cache")).isEqualTo("overlay");
    assertThat(pushed.header("Location")).startsWith(PUSHED_AS);
    for (String method : List.of("GET", "HEAD")) {
      Answer tag = registry.send(method, form.formatted("/manifests/dev"));
      assertThat(tag.header("Docker-Content-Digest")).isEqualTo(OURS.digest().toString());
      assertThat(tag.header("Larder-Cache")).isEqualTo("overlay");
      Answer blob = registry.send(method, form.formatted("/blobs/" + OURS.layer(0)));
      assertThat(blob.length()).isEqualTo(1000);
      assertThat(blob.header("Larder-Cache")).isEqualTo("overlay");
    }
    Answer digest = registry.get(form.formatted("/manifests/" + OURS.digest()));
    assertThat(digest.header("Larder-Cache")).isEqualTo("overlay");
    Answer other = registry.get(form.formatted("/manifests/1"));
    assertThat(other.body()).isEqualTo(THEIRS.manifest());
    assertThat(other.header("Larder-Cache")).isNotEqualTo("overlay");
    assertThat(registry.get(form.formatted("/blobs/" + THEIRS.layer(0))).body())
        .isEqualTo(THEIRS.layers().getFirst());
  }

  @Test
  void onAListenerOfTheUpstreamItComesAfterWhatWasPushedByTheShortName() throws IOException {
    RegistryHandler bound = registry.handler.boundTo(RegistryName.DOCKER_HUB);
    registry.push(PUSHED_AS, OURS, "dev");
    Answer overlay = get(bound, "/v2/acme/app/manifests/dev");
    assertThat(overlay.body()).isEqualTo(OURS.manifest());
    assertThat(overlay.header("Larder-Cache")).isEqualTo("overlay");
    assertThat(get(bound, "/v2/acme/app/manifests/1").body()).isEqualTo(THEIRS.manifest());

    TestImages.Image third = TestImages.image("third", 10);
    registry.push("/v2/acme/app", third, "dev");

    Answer hosted = get(bound, "/v2/acme/app/manifests/dev");
    assertThat(hosted.body()).isEqualTo(third.manifest());
    assertThat(hosted.header("Larder-Cache")).isEqualTo("hosted");
    assertThat(get(bound, "/v2/acme/app/blobs/" + OURS.layer(0)).header("Larder-Cache"))
        .isEqualTo("overlay");
    assertThat(registry.get("/v2/acme/app/manifests/dev?ns=docker.io").body())
        .isEqualTo(OURS.manifest());
  }

  @Test
  void aPushToTheShortNameCanLeaveOutWhatTheOverlayHas() throws IOException {
    RegistryHandler bound = registry.handler.boundTo(RegistryName.DOCKER_HUB);
    registry.push(PUSHED_AS, OURS, "dev");

    Answer answer =
        registry.send(
            bound,
            "PUT",
            "/v2/acme/app/manifests/mine",
            new ByteArrayInputStream(OURS.manifest()),
            "Content-Type",
            OURS.mediaType().value());

    assertThat(answer.status()).isEqualTo(201);
    assertThat(registry.get("/v2/acme/app/blobs/" + OURS.layer(0)).status()).isEqualTo(200);
  }

  @Test
  void itIsServedWhereTheUpstreamCantBeAsked() throws IOException {
    fails();
    registry.push(PUSHED_AS, OURS, "dev");

    assertThat(registry.get("/v2/acme/app/manifests/dev?ns=docker.io").body())
        .isEqualTo(OURS.manifest());
    assertThat(registry.get("/v2/acme/app/manifests/1?ns=docker.io").status()).isEqualTo(503);
  }

  @Test
  void itIsServedWhereTheUpstreamMayNotBeMirrored() throws IOException {
    String blob = "/blobs/" + OURS.layer(0);
    assertThat(registry.head("/v2/denied.example/app" + blob).status()).isEqualTo(404);
    assertThat(registry.get("/v2/denied.example/app" + blob).status()).isEqualTo(403);
    assertThat(registry.head("/v2/app" + blob + "?ns=denied.example").status()).isEqualTo(403);

    registry.push("/v2/denied.example/app", OURS, "dev");

    Answer answer = registry.get("/v2/app/manifests/dev?ns=denied.example");
    assertThat(answer.body()).isEqualTo(OURS.manifest());
    assertThat(answer.header("Larder-Cache")).isEqualTo("overlay");
  }

  @Test
  void onceItsTagIsDeletedTheUpstreamsIsThereAgainAtOnce() throws IOException {
    String tag = "/v2/acme/app/manifests/dev?ns=docker.io";
    registry.get(tag);
    registry.push(PUSHED_AS, OURS, "dev");
    assertThat(registry.get(tag).body()).isEqualTo(OURS.manifest());

    assertThat(registry.send("DELETE", PUSHED_AS + "/manifests/dev").status()).isEqualTo(202);

    Answer answer = registry.get(tag);
    assertThat(answer.body()).isEqualTo(THEIRS.manifest());
    assertThat(answer.header("Larder-Cache")).isEqualTo("hit");
    assertThat(registry.send("DELETE", PUSHED_AS + "/manifests/dev").code())
        .isEqualTo("MANIFEST_UNKNOWN");
  }

  @Test
  void onlyWhatHasNoOverlayIsAnsweredFromMemory() throws IOException {
    registry.get("/v2/acme/app/manifests/1?ns=docker.io");
    registry.get("/v2/acme/other/manifests/1?ns=docker.io");
    assertThat(ready("/v2/acme/app/manifests/1?ns=docker.io")).isPresent();

    registry.push(PUSHED_AS, OURS, "dev");

    assertThat(ready("/v2/acme/app/manifests/1?ns=docker.io")).isEmpty();
    assertThat(ready("/v2/acme/app/manifests/dev?ns=docker.io")).isEmpty();
    assertThat(ready("/v2/acme/other/manifests/1?ns=docker.io")).isPresent();
  }

  @Test
  void onceItIsCollectedTheUpstreamsAreAnsweredFromMemoryAgain() throws IOException {
    registry.push(PUSHED_AS, OURS, "dev");
    registry.send("DELETE", PUSHED_AS + "/manifests/" + OURS.digest());
    registry.get("/v2/acme/app/manifests/1?ns=docker.io");
    assertThat(ready("/v2/acme/app/manifests/1?ns=docker.io")).isEmpty();

    new Collector(registry.store, () -> Instant.parse("2027-01-01T00:00:00Z"))
        .collect(new Collector.Scope(Duration.ZERO, false, false), (what, done, total) -> {});

    assertThat(ready("/v2/acme/app/manifests/1?ns=docker.io")).isPresent();
  }

  @Test
  void itsTagsAndReferrersStandInTheUpstreamsLists() throws IOException {
    registry.upstream.hasTags("", "{\"tags\":[\"1\",\"dev\"]}", Optional.empty());
    registry.push(PUSHED_AS, OURS, "local");
    TestImages.Image signature = TestImages.referrer(THEIRS, "application/x.signature");
    registry.upstream.hasReferrers(THEIRS.digest(), "", "{\"manifests\":[]}", Optional.empty());
    registry.push(PUSHED_AS, signature, signature.digest().toString());

    Answer tags = registry.get("/v2/acme/app/tags/list?ns=docker.io");
    assertThat(tags.json().path("tags")).hasToString("[\"1\",\"dev\",\"local\"]");
    assertThat(tags.header("Larder-Cache")).isEqualTo("overlay");
    Answer referrers = registry.get("/v2/acme/app/referrers/" + THEIRS.digest() + "?ns=docker.io");
    assertThat(referrers.json().path("manifests")).hasSize(1);
    assertThat(referrers.header("Larder-Cache")).isEqualTo("overlay");
    assertThat(registry.get("/v2/_catalog").text())
        .isEqualTo("{\"repositories\":[\"docker.io/acme/app\"]}");
  }

  @Test
  void theAccessLogTellsItByTheUpstreamsName() throws IOException {
    registry.push(PUSHED_AS, OURS, "dev");
    registry.get("/v2/acme/app/manifests/dev?ns=docker.io");

    for (Access access : registry.accesses()) {
      assertThat(access.outcome()).isEqualTo(Access.Outcome.OVERLAY);
      assertThat(access.upstream()).contains(RegistryName.DOCKER_HUB);
      assertThat(access.repository()).contains("acme/app");
    }
  }

  @Test
  void officialImagesHaveOneOverlay() throws IOException {
    registry.push("/v2/docker.io/busybox", OURS, "1");

    assertThat(registry.get("/v2/library/busybox/manifests/1?ns=docker.io").body())
        .isEqualTo(OURS.manifest());
  }

  @Test
  void aRegistryWithAPortIsWrittenWithoutColon() throws IOException {
    registry.push("/v2/reg.corp_5000/app", OURS, "dev");

    for (String tag :
        List.of("/v2/app/manifests/dev?ns=reg.corp:5000", "/v2/reg.corp:5000/app/manifests/dev")) {
      assertThat(registry.get(tag).header("Larder-Cache")).isEqualTo("overlay");
    }
    assertThat(registry.get("/v2/reg.corp_5000/app/manifests/dev?ns=localhost:5000").body())
        .isEqualTo(OURS.manifest());
    assertThat(registry.get("/v2/app/manifests/dev?ns=reg.corp").body())
        .isEqualTo(THEIRS.manifest());
  }

  @Test
  void whoTakesUsForAWayToTheUpstreamMayNotPush() throws IOException {
    Answer answer = registry.send("POST", "/v2/acme/app/blobs/uploads/?ns=docker.io");

    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.message()).contains("push to acme/app", "overlays", "docker.io/acme/app");
    assertThat(registry.send("DELETE", "/v2/acme/app/manifests/dev?ns=docker.io").status())
        .isEqualTo(405);
  }

  @Test
  void whereOverlaysAreOffThereAreNone() throws IOException {
    try (TestRegistry off = new TestRegistry(Files.createDirectory(folder.resolve("off")))) {
      off.upstream.has(THEIRS, "dev");
      assertThat(off.send("POST", PUSHED_AS + "/blobs/uploads/").status()).isEqualTo(405);
      // By a name of the registry itself it is a repository as any other.
      String own = "/v2/docker.io/acme/app/blobs/uploads/?ns=localhost:5000&digest=";
      assertThat(off.send("POST", own + OURS.layer(0), OURS.layers().getFirst()).status())
          .isEqualTo(201);
      assertThat(off.get("/v2/acme/app/blobs/" + OURS.layer(0) + "?ns=docker.io").status())
          .isEqualTo(404);
    }
  }

  @Test
  void aPushNeedsTheRightToPushToWhatTheUpstreamCallsIt() throws IOException {
    Path htpasswd =
        Files.writeString(
            folder.resolve("htpasswd"),
            Htpasswd.EMPTY.with("alice", "secret").with("bob", "secret").text());
    Rule hub = new Rule("docker.io/acme", Map.of(Action.PUSH, Set.of("alice")));
    Rule corp = new Rule("reg.corp:5000", Map.of(Action.PUSH, Set.of("alice")));
    AccessSettings access =
        new AccessSettings(Optional.of(htpasswd), Optional.empty(), true, List.of(hub, corp));
    try (TestRegistry closed =
        new TestRegistry(
            Files.createDirectory(folder.resolve("closed")), access, Layering.OVERLAYS)) {
      for (String push :
          List.of(
              PUSHED_AS + "/blobs/uploads/",
              "/docker.io/v2/acme/app/blobs/uploads/",
              "/v2/docker.io/acme/app/blobs/uploads/?ns=localhost:5000",
              "/v2/reg.corp_5000/app/blobs/uploads/",
              "/v2/reg.corp:5000/app/blobs/uploads/",
              "/v2/reg.corp_5000/app/blobs/uploads/?ns=localhost:5000")) {
        assertThat(closed.send("POST", push, "Authorization", basic("bob")).status())
            .as(push)
            .isEqualTo(403);
        assertThat(closed.send("POST", push).status()).as(push).isEqualTo(401);
        assertThat(closed.send("POST", push, "Authorization", basic("alice")).status())
            .as(push)
            .isEqualTo(202);
      }
      assertThat(
              closed
                  .send(
                      "POST",
                      "/v2/docker.io/other/app/blobs/uploads/",
                      "Authorization",
                      basic("bob"))
                  .status())
          .isEqualTo(202);
    }
  }

  @Test
  void eachMirroredRepositoryHasAtMostOneOverlayAndNoOtherHasThat() {
    for (String name :
        List.of("docker.io/acme/app", "reg.corp_5000/app", "localhost_5001/app", "localhost/a")) {
      RepositoryKey hosted = hosted(name);
      assertThat(hosted.overlaid().flatMap(RepositoryKey::overlay)).contains(hosted);
    }
    for (String name :
        List.of("app", "acme/app", "docker.io/busybox", "index.docker.io/a/b", "larder_5000/app")) {
      assertThat(hosted(name).overlaid()).as(name).isEmpty();
    }
    for (String registry : List.of("[::1]:5000", "reg.corp_5000", "my_host", "registry:5000")) {
      assertThat(mirrored(registry).overlay()).as(registry).isEmpty();
    }
    assertThat(mirrored("reg.corp:5000").overlay()).contains(hosted("reg.corp_5000/app"));
    assertThat(hosted("reg.corp_5000/app")).hasToString("reg.corp:5000/app");
  }

  private static RepositoryKey hosted(String name) {
    return RepositoryKey.hosted(new RepositoryName(name));
  }

  private static RepositoryKey mirrored(String registry) {
    return RepositoryKey.mirrored(new RegistryName(registry), new RepositoryName("app"));
  }

  private static String basic(String user) {
    return "Basic " + Base64.getEncoder().encodeToString((user + ":secret").getBytes(UTF_8));
  }

  private void fails() {
    registry.upstream.answers(
        new dev.larder.upstream.Answer.Failed<>("no route to docker.io", Optional.empty()));
  }

  private Answer get(RegistryHandler handler, String target) throws IOException {
    return registry.send(handler, "GET", target, InputStream.nullInputStream());
  }

  private Optional<Response> ready(String target) {
    return registry.handler.ready(
        TestRegistry.request("GET", target, InputStream.nullInputStream()));
  }
}
