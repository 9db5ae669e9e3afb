package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.http.Response;
import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.registry.TestRegistry.Answer;
import dev.larder.registry.access.AccessSettings;
import dev.larder.registry.access.Action;
import dev.larder.registry.access.Htpasswd;
import dev.larder.registry.access.Rule;
import dev.larder.store.RepositoryKey;
import dev.larder.testing.FakePrivacy;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import dev.larder.upstream.Deadlines;
import dev.larder.upstream.DockerConfig;
import dev.larder.upstream.ProxySettings;
import dev.larder.upstream.UpstreamRules;
import dev.larder.upstream.UpstreamSettings;
import dev.larder.upstream.Upstreams;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
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

/** That clients of a mirror pull private images with what they have of the upstream. */
class PullSecretTest {
  private static final TestImages.Image IMAGE = TestImages.image("secret", 200_000);
  private static final RegistryName CORP = new RegistryName("corp.example");
  private static final String NS = "?ns=corp.example";
  private static final String TAGGED = "/v2/app/manifests/1.0" + NS;
  private static final String LAYER = "/v2/app/blobs/" + IMAGE.layer(0) + NS;
  private static final String[] ALICE = {"Authorization", "Bearer alice"};

  @TempDir private Path folder;
  private final FakeUpstream upstream = FakeUpstream.start();
  private final FakePrivacy privacy = new FakePrivacy();
  private Upstreams upstreams;

  @BeforeEach
  void start() {
    upstream.authenticate(privacy);
    upstream.putImage("app", "1.0", IMAGE);
    privacy.close("app");
    privacy.admit("alice", "app");
    upstreams =
        new Upstreams(
            Map.of(
                CORP,
                new UpstreamSettings(
                    CORP, upstream.url(), true, Optional.empty(), Optional.empty())),
            UpstreamRules.ALL,
            new Deadlines(Duration.ofSeconds(5), Duration.ofSeconds(5)),
            Clock.systemUTC(),
            DockerConfig.fromEnvironment(Map.of(), folder),
            ProxySettings.NONE);
  }

  @AfterEach
  void stop() {
    upstreams.close();
    upstream.close();
  }

  @Test
  void theUpstreamsChallengeIsAnsweredToWhoNamesIt() throws IOException {
    try (TestRegistry registry = open()) {
      for (String target :
          List.of(TAGGED, LAYER, "/v2/app/tags/list" + NS, "/corp.example" + TAGGED)) {
        Answer answer = registry.get(target);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("UNAUTHORIZED");
        assertThat(answer.header("WWW-Authenticate"))
            .isEqualTo(FakePrivacy.challenge(upstream.url(), "app"));
        assertThat(registry.head(target).status()).isEqualTo(401);
      }
    }
  }

  @Test
  void theImageIsPulledWithTheClientsTokenAndIsNobodyElses() throws IOException {
    try (TestRegistry registry = open()) {
      assertThat(registry.get(TAGGED).status()).isEqualTo(401);
      assertThat(registry.get(TAGGED, ALICE).header("Larder-Cache")).isEqualTo("miss");
      assertThat(registry.get(LAYER, ALICE).body()).isEqualTo(IMAGE.layers().getFirst());
      assertThat(registry.get(LAYER, "Authorization", "Bearer alice", "Range", "bytes=5-").status())
          .isEqualTo(206);
      assertThat(registry.get(TAGGED, ALICE).header("Larder-Cache")).isEqualTo("hit");
      assertThat(ready(registry, "Authorization", "Bearer alice")).isPresent();

      assertThat(ready(registry)).isEmpty();
      assertThat(ready(registry, "Authorization", "Bearer eve")).isEmpty();
      for (String credentials : List.of("Bearer eve", "Basic YWxpY2U6YQ==", "Bearer", "")) {
        for (String target : List.of(TAGGED, LAYER, "/v2/app/tags/list" + NS)) {
          for (String method : List.of("GET", "HEAD")) {
            assertThat(registry.send(method, target, "Authorization", credentials).status())
                .isEqualTo(401);
          }
        }
      }
      Answer eve = registry.get(TAGGED, "Authorization", "Bearer eve");
      assertThat(eve.header("WWW-Authenticate")).endsWith("error=\"insufficient_scope\"");
      assertThat(registry.accesses().toString() + eve.text()).doesNotContain("eve", "alice");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v2/corp.example/app", "/corp.example/v2/app"})
  void whoNamesItOtherwiseIsSentOnWithoutAChallenge(String repository) throws IOException {
    try (TestRegistry registry = open()) {
      registry.get(TAGGED, ALICE);
      for (String token : List.of("Bearer alice", "Bearer eve")) {
        Answer answer = registry.get(repository + "/manifests/1.0", "Authorization", token);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("DENIED");
        assertThat(answer.header("WWW-Authenticate")).isEmpty();
      }
      assertThat(upstream.requests(request -> authorization(request).contains("eve"))).isEmpty();
    }
  }

  @Test
  void anotherUpstreamThanTheNamedOneGetsNoToken() throws IOException {
    try (TestRegistry registry = open(AccessSettings.OPEN, Layering.HOSTED_FIRST)) {
      RegistryHandler bound = registry.handler.boundTo(CORP);
      Answer answer = get(registry, bound, "/v2/app/manifests/1.0?ns=quay.io", ALICE);
      assertThat(answer.status()).isEqualTo(404);
      assertThat(upstream.requests(PullSecretTest::hasAlice)).isEmpty();
      assertThat(upstream.requests(SeenRequest::isManifest)).isNotEmpty();
      assertThat(get(registry, bound, TAGGED, ALICE).status()).isEqualTo(200);
    }
  }

  @Test
  void itIsOffWhereTheSettingSaysSo() throws IOException {
    try (TestRegistry registry = open()) {
      registry.get(TAGGED, ALICE);
      registry.get(LAYER, ALICE);
    }
    int before = upstream.requests(PullSecretTest::hasAlice).size();
    try (TestRegistry registry = TestRegistry.withoutChallenges(folder, upstreams::registry)) {
      for (String target : List.of(TAGGED, LAYER)) {
        Answer answer = registry.get(target, ALICE);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("DENIED");
        assertThat(answer.header("WWW-Authenticate")).isEmpty();
      }
    }
    assertThat(upstream.requests(PullSecretTest::hasAlice)).hasSize(before);
  }

  @Test
  void whereUsersLogInATokenOfOursGoesNowhere() throws IOException {
    try (TestRegistry registry = open(users(true), Layering.SEPARATE)) {
      String ours =
          registry
              .get("/v2/_token", "Authorization", basic("alice:secret"))
              .json()
              .path("token")
              .asText();
      assertThat(registry.get(TAGGED, "Authorization", "Bearer " + ours).status()).isEqualTo(401);
      assertThat(registry.get(TAGGED, "Authorization", basic("alice:secret")).status())
          .isEqualTo(401);
      assertThat(upstream.requests(request -> authorization(request).contains(ours))).isEmpty();
      assertThat(upstream.requests(request -> authorization(request).startsWith("Basic")))
          .isEmpty();
      assertThat(registry.get(TAGGED, ALICE).status()).isEqualTo(200);
    }
  }

  @Test
  void whereAPullNeedsALoginTheCredentialIsForUs() throws IOException {
    Rule rule = new Rule("corp.example", Map.of(Action.PULL, Set.of("alice")));
    for (AccessSettings access : List.of(users(false), users(true, rule))) {
      try (TestRegistry registry = open(access, Layering.SEPARATE)) {
        Answer challenged = registry.get(TAGGED, ALICE);
        assertThat(challenged.status()).isEqualTo(401);
        assertThat(challenged.header("WWW-Authenticate")).contains("/v2/_token");
        Answer answer = registry.get(TAGGED, "Authorization", basic("alice:secret"));
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("WWW-Authenticate")).isEmpty();
        assertThat(upstream.requests(PullSecretTest::hasAlice)).isEmpty();
      }
    }
  }

  @Test
  void aPushOverAPrivateImageBorrowsNothingOfIt() throws IOException {
    try (TestRegistry registry = open(AccessSettings.OPEN, Layering.OVERLAYS)) {
      registry.get(TAGGED, ALICE);
      registry.get(LAYER, ALICE);
      registry.get("/v2/app/blobs/" + Digest.sha256(IMAGE.config()) + NS, ALICE);
      String overlay = "/v2/corp.example/app";
      assertThat(registry.head(overlay + "/blobs/" + IMAGE.layer(0)).status()).isEqualTo(404);
      Answer pushed =
          registry.send(
              "PUT",
              overlay + "/manifests/mine",
              IMAGE.manifest(),
              "Content-Type",
              IMAGE.mediaType().value());
      assertThat(pushed.status()).isEqualTo(404);
      assertThat(pushed.code()).isEqualTo("MANIFEST_BLOB_UNKNOWN");
      for (String from : List.of("", "&from=app", "&from=corp.example%2Fapp")) {
        Answer mount =
            registry.send("POST", "/v2/thief/blobs/uploads/?mount=" + IMAGE.layer(0) + from, ALICE);
        assertThat(mount.status()).isEqualTo(202);
      }
      assertThat(registry.head("/v2/thief/blobs/" + IMAGE.layer(0)).status()).isEqualTo(404);
    }
  }

  @Test
  void whatIsPrivateIsSo() throws IOException {
    try (TestRegistry registry = open()) {
      RepositoryKey key = RepositoryKey.mirrored(CORP, new RepositoryName("app"));
      assertThat(registry.store.privateRepositories().contains(key)).isFalse();
      registry.get(TAGGED, ALICE);
      assertThat(registry.store.privateRepositories().contains(key)).isTrue();
      assertThat(registry.store.catalog().privateRepositories()).containsExactly(key);
    }
  }

  private TestRegistry open() throws IOException {
    return open(AccessSettings.OPEN, Layering.SEPARATE);
  }

  private TestRegistry open(AccessSettings access, Layering layering) throws IOException {
    return TestRegistry.withUpstreams(folder, upstreams::registry, access, layering);
  }

  private AccessSettings users(boolean anonymousPull, Rule... rules) throws IOException {
    Path htpasswd = folder.resolve("htpasswd");
    Files.writeString(htpasswd, Htpasswd.EMPTY.with("alice", "secret").text());
    return new AccessSettings(
        Optional.of(htpasswd), Optional.empty(), anonymousPull, List.of(rules));
  }

  private static Optional<Response> ready(TestRegistry registry, String... headers) {
    return registry.handler.ready(
        TestRegistry.request("GET", TAGGED, InputStream.nullInputStream(), headers));
  }

  private static Answer get(
      TestRegistry registry, RegistryHandler handler, String target, String... headers)
      throws IOException {
    return registry.send(handler, "GET", target, new ByteArrayInputStream(new byte[0]), headers);
  }

  private static boolean hasAlice(SeenRequest request) {
    return authorization(request).contains("alice");
  }

  private static String authorization(SeenRequest request) {
    return request.header("Authorization").orElse("");
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }
}
