package dev.larder.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.http.Response;
import dev.larder.oci.RegistryName;
import dev.larder.registry.TestRegistry.Answer;
import dev.larder.registry.access.AccessSettings;
import dev.larder.registry.access.Action;
import dev.larder.registry.access.Htpasswd;
import dev.larder.registry.access.Rule;
import dev.larder.registry.access.TokenSettings;
import dev.larder.testing.TestImages;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody gets who may, may not, or hasn't said who it is. */
class GateTest {
  private static final TestImages.Image IMAGE = TestImages.image("app", 1000);
  private static final String TAGGED = "/v2/library/busybox/manifests/1.36?ns=docker.io";
  private static final String ALICE = basic("alice:secret");
  private static final String BOB = basic("bob:secret");
  private static final String REALM = "Bearer realm=\"http://localhost:5000/v2/_token\"";

  @TempDir private Path folder;
  private Path htpasswd;

  @BeforeEach
  void addUsers() throws IOException {
    htpasswd = folder.resolve("htpasswd");
    Files.writeString(
        htpasswd, Htpasswd.EMPTY.with("alice", "secret").with("bob", "secret").text());
  }

  @Test
  void aPullOfPublicContentIsNeverChallenged() throws IOException {
    try (TestRegistry registry = open(true)) {
      registry.upstream.has(IMAGE, "1.36");
      for (String credentials : List.of("", ALICE, basic("alice:wrong"), "Bearer old", "Odd")) {
        String[] headers =
            credentials.isEmpty() ? new String[0] : new String[] {"Authorization", credentials};
        assertThat(registry.get(TAGGED, headers).status()).isEqualTo(200);
        assertThat(
                registry
                    .get("/v2/library/busybox/blobs/" + IMAGE.layer(0) + "?ns=docker.io", headers)
                    .status())
            .isEqualTo(200);
        assertThat(registry.get("/v2/none/tags/list", headers).status()).isEqualTo(404);
      }
      Optional<Response> ready =
          registry.handler.ready(
              TestRegistry.request("GET", TAGGED, InputStream.nullInputStream()));
      assertThat(ready.orElseThrow().status()).isEqualTo(200);
    }
  }

  @Test
  void whatIsInMemoryIsKeptFromWhoMayNotPullIt() throws IOException {
    try (TestRegistry registry = open(false)) {
      registry.upstream.has(IMAGE, "1.36");
      assertThat(registry.get(TAGGED, "Authorization", ALICE).status()).isEqualTo(200);
      assertThat(
              registry.handler.ready(
                  TestRegistry.request("GET", TAGGED, InputStream.nullInputStream())))
          .isEmpty();
      Answer answer = registry.get(TAGGED);
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.code()).isEqualTo("UNAUTHORIZED");
      assertThat(answer.header("WWW-Authenticate"))
          .isEqualTo(
              REALM + ",service=\"larder\",scope=\"repository:docker.io/library/busybox:pull\"");
    }
  }

  @Test
  void aPushNeedsALogin() throws IOException {
    try (TestRegistry registry = open(true)) {
      Answer answer = registry.send("POST", "/v2/app/blobs/uploads/", "Host", "localhost:5000");
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.header("WWW-Authenticate"))
          .isEqualTo(REALM + ",service=\"larder\",scope=\"repository:app:pull,push\"");
      for (String method : List.of("PUT", "DELETE")) {
        assertThat(registry.send(method, "/v2/app/manifests/1").status()).isEqualTo(401);
      }
      assertThat(registry.send("DELETE", "/v2/app/blobs/" + IMAGE.layer(0)).status())
          .isEqualTo(401);
      assertThat(registry.send("POST", "/v2/app/blobs/uploads/", "Authorization", ALICE).status())
          .isEqualTo(202);
      Answer wrong =
          registry.send("POST", "/v2/app/blobs/uploads/", "Authorization", basic("alice:x"));
      assertThat(wrong.status()).isEqualTo(401);
      assertThat(wrong.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
    }
  }

  @Test
  void whoHasLoggedInAndMayNotIsDenied() throws IOException {
    Rule rule = new Rule("team", Map.of(Action.PUSH, Set.of("alice")));
    try (TestRegistry registry = open(true, rule)) {
      Answer answer = registry.send("POST", "/v2/team/app/blobs/uploads/", "Authorization", BOB);
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.code()).isEqualTo("DENIED");
      assertThat(answer.message()).contains("push team/app");
      assertThat(answer.header("WWW-Authenticate")).isEmpty();
    }
  }

  @Test
  void theBaseIsChallengedSoThatClientsSendCredentialsAtAll() throws IOException {
    try (TestRegistry registry = open(true)) {
      Answer anonymous = registry.get("/v2/", "Host", "localhost:5000");
      assertThat(anonymous.status()).isEqualTo(401);
      assertThat(anonymous.header("WWW-Authenticate")).isEqualTo(REALM + ",service=\"larder\"");
      assertThat(registry.get("/v2/", "Authorization", ALICE).status()).isEqualTo(200);
      assertThat(registry.get("/v2/", "Authorization", basic("alice:x")).status()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/docker.io/v2/", "/v2/?ns=quay.io"})
  void aMirrorsBaseIsNotChallenged(String target) throws IOException {
    try (TestRegistry registry = open(true)) {
      assertThat(registry.get(target).status()).isEqualTo(200);
    }
    try (TestRegistry registry = open(false)) {
      assertThat(registry.get(target).status()).isEqualTo(401);
    }
  }

  @Test
  void theBaseOfAListenerForAnUpstreamIsNotChallenged() throws IOException {
    try (TestRegistry registry = open(true)) {
      RegistryHandler bound = registry.handler.boundTo(RegistryName.DOCKER_HUB);
      assertThat(registry.send(bound, "GET", "/v2/", InputStream.nullInputStream()).status())
          .isEqualTo(200);
    }
  }

  @Test
  void aTokenStandsForALoginAndOneWithoutALoginForNobody() throws IOException {
    try (TestRegistry registry = open(true)) {
      String login = token(registry.get("/v2/_token?service=larder", "Authorization", ALICE));
      String nobody = token(registry.get("/v2/_token?scope=repository:app:pull"));
      assertThat(registry.get("/v2/", "Authorization", "Bearer " + nobody).status()).isEqualTo(200);
      assertThat(upload(registry, "Bearer " + login).status()).isEqualTo(202);
      assertThat(upload(registry, "Bearer " + nobody).status()).isEqualTo(401);

      Answer wrong = registry.get("/v2/_token", "Authorization", basic("alice:x"));
      assertThat(wrong.status()).isEqualTo(401);
      assertThat(wrong.header("WWW-Authenticate")).startsWith("Basic realm=");
      // Else a token would never end.
      assertThat(registry.get("/v2/_token", "Authorization", "Bearer " + login).status())
          .isEqualTo(401);
      assertThat(registry.send("POST", "/v2/_token").status()).isEqualTo(405);
    }
  }

  @Test
  void theRealmIsWhereTheClientReachesUs() throws IOException {
    try (TestRegistry registry = open(true)) {
      assertThat(
              registry
                  .get("/v2/", "Host", "reg.example", "X-Forwarded-Proto", "https")
                  .header("WWW-Authenticate"))
          .startsWith("Bearer realm=\"https://reg.example/v2/_token\"");
      assertThat(registry.get("/v2/", "Host", "[::1]:5000").header("WWW-Authenticate"))
          .contains("\"http://[::1]:5000/v2/_token\"");
      assertThat(registry.get("/v2/", "Host", "a\",x=\"b").header("WWW-Authenticate"))
          .contains("\"http://localhost:5000/v2/_token\"");
    }
  }

  @Test
  void credentialsAreNotInTheTextOfARequest() {
    assertThat(
            TestRegistry.request(
                    "GET", "/v2/", InputStream.nullInputStream(), "authorization", ALICE)
                .toString())
        .contains("authorization")
        .doesNotContain(ALICE);
  }

  @Test
  void anIssuersRealmIsNamedWhereThereIsOne() throws IOException {
    TokenSettings tokens =
        new TokenSettings(
            "iss", "aud", URI.create("https://issuer.test/token"), URI.create("file:///none"));
    AccessSettings settings =
        new AccessSettings(Optional.empty(), Optional.of(tokens), true, List.of());
    try (TestRegistry registry = new TestRegistry(data(), settings)) {
      assertThat(registry.send("POST", "/v2/app/blobs/uploads/").header("WWW-Authenticate"))
          .isEqualTo(
              "Bearer realm=\"https://issuer.test/token\",service=\"aud\","
                  + "scope=\"repository:app:pull,push\"");
    }
  }

  @Test
  void aBlobIsNotMountedFromWhereItMayNotBePulled() throws IOException {
    Rule rule = new Rule("secret", Map.of(Action.PULL, Set.of("alice")));
    try (TestRegistry registry = open(true, rule)) {
      String digest = IMAGE.layer(0).toString();
      Answer pushed =
          registry.send(
              "POST",
              "/v2/secret/blobs/uploads/?digest=" + digest,
              IMAGE.layers().getFirst(),
              "Authorization",
              ALICE);
      assertThat(pushed.status()).isEqualTo(201);
      for (String from : List.of("", "&from=secret")) {
        String mount = "/v2/bobs/blobs/uploads/?mount=" + digest + from;
        assertThat(registry.send("POST", mount, "Authorization", BOB).status()).isEqualTo(202);
        assertThat(registry.send("POST", mount, "Authorization", ALICE).status()).isEqualTo(201);
      }
    }
  }

  @Test
  void theCatalogListsWhatMayBePulled() throws IOException {
    Rule rule = new Rule("b", Map.of(Action.PULL, Set.of("alice")));
    try (TestRegistry registry = open(true, rule)) {
      for (String name : List.of("a", "b", "b/c", "d", "e")) {
        registry.send(
            "POST",
            "/v2/%s/blobs/uploads/?digest=%s".formatted(name, IMAGE.layer(0)),
            IMAGE.layers().getFirst(),
            "Authorization",
            ALICE);
      }
      assertThat(registry.get("/v2/_catalog").text())
          .isEqualTo("{\"repositories\":[\"a\",\"d\",\"e\"]}");
      Answer part = registry.get("/v2/_catalog?n=2");
      assertThat(part.text()).isEqualTo("{\"repositories\":[\"a\",\"d\"]}");
      assertThat(part.header("Link")).contains("last=d");
      assertThat(registry.get("/v2/_catalog", "Authorization", ALICE).text()).contains("\"b/c\"");
    }
  }

  private static Answer upload(TestRegistry registry, String authorization) throws IOException {
    return registry.send("POST", "/v2/app/blobs/uploads/", "Authorization", authorization);
  }

  private static String token(Answer answer) throws IOException {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.json().path("expires_in").asInt()).isEqualTo(300);
    return answer.json().path("token").asText();
  }

  private TestRegistry open(boolean anonymousPull, Rule... rules) throws IOException {
    return new TestRegistry(
        data(),
        new AccessSettings(Optional.of(htpasswd), Optional.empty(), anonymousPull, List.of(rules)));
  }

  private Path data() throws IOException {
    return Files.createTempDirectory(folder, "data");
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
  }
}
