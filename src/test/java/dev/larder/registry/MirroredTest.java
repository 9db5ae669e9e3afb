package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.http.Response;
import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.registry.TestRegistry.Answer;
import dev.larder.testing.TestImages;
import dev.larder.upstream.RateLimit;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MirroredTest {
  private static final TestImages.Image IMAGE = TestImages.image("busybox", 200_000);
  private static final String NS = "?ns=docker.io";
  private static final String TAGGED = "/v2/library/busybox/manifests/1.36" + NS;
  private static final String LAYER = "/v2/library/busybox/blobs/" + IMAGE.layer(0) + NS;
  private static final String TAGS = "/v2/library/busybox/tags/list" + NS;
  private static final String REFERRERS = "/v2/library/busybox/referrers/" + IMAGE.digest() + NS;

  private TestRegistry registry;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    registry = new TestRegistry(folder);
    registry.upstream.has(IMAGE, "1.36");
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v2/library/busybox%s?ns=docker.io",
        "/v2/busybox%s?ns=docker.io",
        "/v2/docker.io/library/busybox%s?ns=docker.io",
        "/v2/docker.io/busybox%s",
        "/docker.io/v2/library/busybox%s",
      })
  void anImageIsPulledAsEachClientAsks(String form) throws IOException {
    Answer tagged = registry.head(form.formatted("/manifests/1.36"));
    assertThat(tagged.status()).isEqualTo(200);
    assertThat(tagged.header("Content-Type")).isEqualTo(IMAGE.mediaType().value());
    assertThat(tagged.header("Docker-Content-Digest")).isEqualTo(IMAGE.digest().toString());
    assertThat(tagged.length()).isEqualTo(IMAGE.manifest().length);

    Answer manifest = registry.get(form.formatted("/manifests/" + IMAGE.digest()));
    assertThat(manifest.body()).isEqualTo(IMAGE.manifest());
    Answer layer = registry.get(form.formatted("/blobs/" + IMAGE.layer(0)));
    assertThat(layer.status()).isEqualTo(200);
    assertThat(layer.body()).isEqualTo(IMAGE.layers().getFirst());
    assertThat(layer.header("Docker-Content-Digest")).isEqualTo(IMAGE.layer(0).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-cache", "max-age=0, No-Cache", "no-cache,no-store"})
  void whoTakesNoCachedTagGetsTheUpstreamsPresentWord(String directives) throws IOException {
    registry.get(TAGGED);
    assertThat(registry.get(TAGGED, "Cache-Control", directives).header("Larder-Cache"))
        .isEqualTo("revalidated");
    assertThat(registry.get(TAGGED, "Cache-Control", "no-store, x-no-cache").header("Larder-Cache"))
        .isEqualTo("hit");
  }

  @Test
  void aTagIsFreshTenTimesAsLongWhereTheRateLimitIsNear() throws IOException {
    registry.upstream.limits(new RateLimit(100, 9, Duration.ofHours(6), registry.now()));
    registry.get(TAGGED);
    registry.advance(Duration.ofSeconds(299));
    assertThat(registry.get(TAGGED).header("Larder-Cache")).isEqualTo("hit");
    registry.advance(Duration.ofSeconds(1));
    assertThat(registry.get(TAGGED).header("Larder-Cache")).isEqualTo("revalidated");
  }

  @Test
  void anAnswerSaysWhereItComesFrom() throws IOException {
    assertThat(registry.get(TAGGED).header("Larder-Cache")).isEqualTo("miss");
    assertThat(registry.get(TAGGED).header("Larder-Cache")).isEqualTo("hit");
    registry.advance(Duration.ofSeconds(31));
    assertThat(registry.get(TAGGED).header("Larder-Cache")).isEqualTo("revalidated");
    registry.advance(Duration.ofSeconds(31));
    registry.upstream.answers(
        new dev.larder.upstream.Answer.Failed<>(
            "docker.io says \"503\\\"\r\nX: é", Optional.empty()));

    Answer stale = registry.get(TAGGED);

    assertThat(stale.status()).isEqualTo(200);
    assertThat(stale.body()).isEqualTo(IMAGE.manifest());
    assertThat(stale.header("Larder-Cache")).isEqualTo("stale");
    assertThat(stale.header("Warning"))
        .startsWith("299 - \"")
        .endsWith("\"")
        .contains("\\\"503\\\\\\\"")
        .matches("[ -~]*");
  }

  @Test
  void blobsSayToo() throws IOException {
    registry.get(TAGGED);
    assertThat(registry.get(LAYER).header("Larder-Cache")).isEqualTo("miss");
    assertThat(registry.get(LAYER).header("Larder-Cache")).isEqualTo("hit");
  }

  @Test
  void ociNamespaceIsAnsweredToWhoSentNs() throws IOException {
    registry.get(TAGGED);

    assertThat(registry.get(TAGGED).header("OCI-Namespace")).isEqualTo("docker.io");
    assertThat(registry.get(LAYER).header("OCI-Namespace")).isEqualTo("docker.io");
    assertThat(
            registry
                .get("/v2/library/busybox/manifests/1.36?ns=index.docker.io")
                .header("OCI-Namespace"))
        .isEqualTo("index.docker.io");
    assertThat(registry.get("/v2/docker.io/busybox/manifests/1.36").header("OCI-Namespace"))
        .isEmpty();
    registry.pushBlob("/v2/app", IMAGE.config());
    assertThat(
            registry
                .get("/v2/app/blobs/" + Digest.sha256(IMAGE.config()) + "?ns=localhost%3A5000")
                .header("OCI-Namespace"))
        .isEqualTo("localhost:5000");
  }

  @Test
  void whatIsInMemoryIsAnsweredAtOnceAndAlike() throws IOException {
    assertThat(ready("GET", TAGGED)).isEmpty();
    registry.get(TAGGED);

    for (String method : List.of("GET", "HEAD")) {
      Answer slow = registry.send(method, TAGGED);
      Answer fast = ready(method, TAGGED).orElseThrow();
      assertThat(fast.status()).isEqualTo(slow.status());
      assertThat(fast.headers()).hasToString(slow.headers().toString());
      assertThat(fast.body()).isEqualTo(slow.body());
      assertThat(fast.length()).isEqualTo(slow.length());
    }
    assertThat(ready("GET", "/v2/").orElseThrow().text()).isEqualTo("{}");
    assertThat(ready("GET", LAYER)).isEmpty();
    assertThat(ready("PUT", TAGGED)).isEmpty();
    assertThat(ready("GET", "/v2/app/manifests/v1")).isEmpty();
    assertThat(ready("GET", "/v2/App/manifests/v1")).isEmpty();
    assertThat(ready("GET", "/v2/denied.example/app/manifests/v1")).isEmpty();
    assertThat(registry.accesses())
        .last()
        .extracting(Access::outcome)
        .isEqualTo(Access.Outcome.HOSTED);
  }

  private Optional<Answer> ready(String method, String target) throws IOException {
    var response =
        registry.handler.ready(
            TestRegistry.request(method, target, InputStreams.failing("not to be read")));
    return response.isEmpty()
        ? Optional.empty()
        : Optional.of(TestRegistry.received(method, response.get()));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          absent,  manifest,  404, MANIFEST_UNKNOWN
          absent,  blob,      404, BLOB_UNKNOWN
          absent,  blob head, 404, BLOB_UNKNOWN
          absent,  tags,      404, NAME_UNKNOWN
          absent,  referrers, 200, ''
          refused, manifest,  404, DENIED
          refused, blob,      404, DENIED
          refused, blob head, 404, DENIED
          refused, tags,      404, DENIED
          refused, referrers, 404, DENIED
          failed,  manifest,  503, UNAVAILABLE
          failed,  blob,      404, UNAVAILABLE
          failed,  blob head, 404, UNAVAILABLE
          failed,  tags,      503, UNAVAILABLE
          failed,  referrers, 503, UNAVAILABLE
          offline, manifest,  404, MANIFEST_UNKNOWN
          offline, blob,      404, BLOB_UNKNOWN
          offline, blob head, 404, BLOB_UNKNOWN
          offline, tags,      404, NAME_UNKNOWN
          offline, referrers, 404, MANIFEST_UNKNOWN
          """)
  void whatTheUpstreamDoesNotGive(String how, String what, int status, String code)
      throws IOException {
    registry.upstream.answers(
        switch (how) {
          case "absent" -> new dev.larder.upstream.Answer.Absent<>("docker.io hasn't got it");
          case "offline" -> new dev.larder.upstream.Answer.NotAsked<>("docker.io isn't asked");
          case "refused" -> new dev.larder.upstream.Answer.Refused<>("docker.io wants a login");
          default ->
              new dev.larder.upstream.Answer.Failed<>(
                  "docker.io is down", Optional.of(Duration.ofSeconds(7)));
        });

    Answer answer =
        switch (what) {
          case "manifest" -> registry.get(TAGGED);
          case "blob" -> registry.get(LAYER);
          case "blob head" -> registry.send("HEAD", LAYER);
          case "tags" -> registry.get(TAGS);
          default -> registry.get(REFERRERS);
        };

    assertThat(answer.status()).isEqualTo(status);
    if (!what.endsWith("head") && !code.isEmpty()) {
      assertThat(answer.code()).isEqualTo(code);
      assertThat(answer.message()).contains("docker.io");
    }
    assertThat(answer.header("Retry-After")).isEqualTo(status == 503 ? "7" : "");
    assertThat(answer.header("WWW-Authenticate")).isEmpty();
  }

  @Test
  void anUpstreamThatIsNotAllowedIsDeniedWithTheSettingsName() throws IOException {
    Answer answer = registry.get("/v2/app/manifests/v1?ns=denied.example");

    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.code()).isEqualTo("DENIED");
    assertThat(answer.message()).contains("denied.example").contains("upstreams");
  }

  @Test
  void aBlobComesWhileItIsFetched() throws IOException {
    assertThat(registry.head(LAYER).length()).isEqualTo(200_000);
    assertThat(registry.upstream.questions()).noneMatch(asked -> asked.startsWith("GET"));

    Answer part = registry.get(LAYER, "Range", "bytes=150000-");

    assertThat(part.status()).isEqualTo(206);
    assertThat(part.header("Content-Range")).isEqualTo("bytes 150000-199999/200000");
    assertThat(part.body())
        .isEqualTo(Arrays.copyOfRange(IMAGE.layers().getFirst(), 150_000, 200_000));
    assertThat(registry.get(LAYER).body()).isEqualTo(IMAGE.layers().getFirst());
    assertThat(registry.upstream.questions())
        .filteredOn(asked -> asked.startsWith("GET"))
        .hasSize(1);
  }

  @Test
  void wrongBytesNeverArriveWhole() throws IOException {
    byte[] wrong = TestImages.bytes(99, 200_000);
    assertCutShort(wrong, new ByteArrayInputStream(wrong, 100_000, 100_000));
  }

  @Test
  void aBodyThatBreaksOffIsCutShort() throws IOException {
    assertCutShort(IMAGE.layers().getFirst(), InputStreams.failing("reset by docker.io"));
  }

  private void assertCutShort(byte[] content, InputStream secondHalf) throws IOException {
    CountDownLatch answered = new CountDownLatch(1);
    registry.upstream.sendsBlobsFrom(() -> InputStreams.halting(content, answered, secondHalf));

    Response response =
        registry.handler.handle(TestRegistry.request("GET", LAYER, InputStream.nullInputStream()));
    answered.countDown();

    assertThat(response.status()).isEqualTo(200);
    assertThatThrownBy(() -> TestRegistry.received("GET", response))
        .isInstanceOf(IOException.class);
    assertThat(registry.accesses().getLast().whole()).isFalse();
    assertThat(registry.accesses().getLast().bytesSent()).isLessThan(200_000);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          PUT,    /v2/library/busybox/manifests/v1,      'GET, HEAD'
          DELETE, /v2/library/busybox/manifests/v1,      'GET, HEAD'
          DELETE, /v2/library/busybox/blobs/{digest},    'GET, HEAD'
          POST,   /v2/library/busybox/blobs/uploads/,    ''
          PATCH,  /v2/library/busybox/blobs/uploads/1,   ''
          GET,    /v2/library/busybox/blobs/uploads/1,   ''
          """)
  void aMirrorTakesNoPushes(String method, String path, String allowed) throws IOException {
    Answer answer = registry.send(method, path.replace("{digest}", IMAGE.digest().toString()) + NS);

    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.code()).isEqualTo("UNSUPPORTED");
    assertThat(answer.message()).contains("docker.io/library/busybox").contains("push");
    assertThat(answer.header("Allow")).isEqualTo(allowed);
  }

  @Test
  void tagsAreTheUpstreamsUnderTheNameThatWasAskedFor() throws IOException {
    registry.upstream.hasTags(
        "n=2", "{\"name\":\"library/busybox\",\"tags\":[\"1\",\"2\"]}", Optional.of("n=2&last=2"));
    registry.upstream.hasTags(
        "n=2&last=2", "{\"name\":\"library/busybox\",\"tags\":[\"3\"]}", Optional.empty());

    Answer first = registry.get("/v2/docker.io/busybox/tags/list?n=2");

    assertThat(first.text()).isEqualTo("{\"name\":\"docker.io/busybox\",\"tags\":[\"1\",\"2\"]}");
    assertThat(first.header("Link"))
        .isEqualTo("</v2/docker.io/busybox/tags/list?n=2&last=2>; rel=\"next\"");
    assertThat(first.header("Larder-Cache")).isEqualTo("miss");
    Answer byNs = registry.get(TAGS + "&n=2");
    assertThat(byNs.json().path("name").asText()).isEqualTo("library/busybox");
    assertThat(byNs.header("Link"))
        .isEqualTo("</v2/library/busybox/tags/list?n=2&last=2&ns=docker.io>; rel=\"next\"");
    Answer last = registry.get("/v2/library/busybox/tags/list?n=2&last=2&ns=docker.io");
    assertThat(last.json().path("tags").toString()).isEqualTo("[\"3\"]");
    assertThat(last.header("Link")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          n=2        | ["1","2"] | n=2&last=2
          n=2&last=2 | ["3","4"] | n=2&last=4
          n=2&last=4 | ["5"]     | ''
          last=2     | ["3","4","5"] | ''
          n=0        | []        | ''
          n=5        | ["5","4","3","2","1"] | ''
          """)
  void anUpstreamThatKnowsNoPagesIsReadInPages(String query, String tags, String next)
      throws IOException {
    String all = "{\"name\":\"library/busybox\",\"tags\":[\"5\",\"4\",\"3\",\"2\",\"1\"]}";
    registry.upstream.hasTags(query, all, Optional.empty());

    Answer page = registry.get("/v2/docker.io/busybox/tags/list?" + query);

    assertThat(page.json().path("tags").toString()).isEqualTo(tags);
    assertThat(page.header("Link"))
        .isEqualTo(
            next.isEmpty() ? "" : "</v2/docker.io/busybox/tags/list?" + next + ">; rel=\"next\"");
  }

  @Test
  void anAnswerThatIsNoListIsNotPassedOn() throws IOException {
    registry.upstream.hasTags("", "<html>welcome</html>", Optional.empty());

    Answer answer = registry.get(TAGS);

    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.text()).doesNotContain("html");
  }

  @Test
  void referrersAreFilteredHere() throws IOException {
    registry.upstream.hasReferrers(
        IMAGE.digest(),
        "",
        """
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
        {"digest":"sha256:1","artifactType":"a/b","other":1},{"digest":"sha256:2"}]}
        """,
        Optional.of("page=2"));

    Answer all = registry.get(REFERRERS);
    Answer some = registry.get(REFERRERS + "&artifactType=a/b");

    assertThat(all.header("Content-Type")).isEqualTo("application/vnd.oci.image.index.v1+json");
    assertThat(all.json().path("manifests")).hasSize(2);
    assertThat(all.header("OCI-Filters-Applied")).isEmpty();
    assertThat(some.json().path("manifests").toString())
        .isEqualTo("[{\"digest\":\"sha256:1\",\"artifactType\":\"a/b\",\"other\":1}]");
    assertThat(some.header("OCI-Filters-Applied")).isEqualTo("artifactType");
    assertThat(some.header("Link"))
        .isEqualTo(
            "</v2/library/busybox/referrers/%s?page=2&artifactType=a%%2Fb&ns=docker.io>; rel=\"next\""
                .formatted(IMAGE.digest()));
    assertThat(registry.upstream.questions()).hasSize(1);
  }

  @Test
  void nothingRefersToWhatTheUpstreamDoesNotKnow() throws IOException {
    Answer answer = registry.get(REFERRERS);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().path("manifests")).isEmpty();
  }

  @Test
  void aBoundListenerTakesPushesBesideItsUpstream() throws IOException {
    RegistryHandler bound = registry.handler.boundTo(RegistryName.DOCKER_HUB);
    InputStream none = InputStream.nullInputStream();
    assertThat(registry.send(bound, "GET", "/v2/library/busybox/manifests/1.36", none).body())
        .isEqualTo(IMAGE.manifest());
    assertThat(bound.ready(TestRegistry.request("GET", "/v2/busybox/manifests/1.36", none)))
        .isEmpty();
    assertThat(bound.ready(TestRegistry.request("GET", "/v2/", none))).isPresent();

    Answer begun = registry.send(bound, "POST", "/v2/mine/blobs/uploads/", none);
    assertThat(registry.send(bound, "GET", begun.header("Location"), none).status()).isEqualTo(204);
    Digest config = Digest.sha256(IMAGE.config());
    Answer ended =
        registry.send("PUT", begun.header("Location") + "?digest=" + config, IMAGE.config());

    assertThat(ended.status()).isEqualTo(201);
    assertThat(registry.send(bound, "GET", "/v2/mine/blobs/" + config, none).body())
        .isEqualTo(IMAGE.config());
  }

  @Test
  void eachRequestIsLogged() throws IOException {
    registry.get(TAGGED, "User-Agent", "containerd/2.1.9", "Authorization", "Basic secret");
    registry.pushBlob("/v2/app", IMAGE.config());
    registry.get("/v2/nothing/here");
    registry.advance(Duration.ofSeconds(31));

    List<Access> accesses = registry.accesses();

    assertThat(accesses).hasSize(3);
    Access pull = accesses.get(0);
    assertThat(pull.endpoint()).isEqualTo("manifest");
    assertThat(pull.repository()).contains("library/busybox");
    assertThat(pull.upstream()).contains(RegistryName.DOCKER_HUB);
    assertThat(pull.reference()).contains("1.36");
    assertThat(pull.status()).isEqualTo(200);
    assertThat(pull.outcome()).isEqualTo(Access.Outcome.MISS);
    assertThat(pull.bytesSent()).isEqualTo(IMAGE.manifest().length);
    assertThat(pull.whole()).isTrue();
    assertThat(pull.client().userAgent()).isEqualTo("containerd/2.1.9");
    assertThat(pull.toString()).doesNotContain("secret");
    Access push = accesses.get(1);
    assertThat(push.endpoint()).isEqualTo("upload");
    assertThat(push.upstream()).isEmpty();
    assertThat(push.bytesReceived()).isEqualTo(IMAGE.config().length);
    assertThat(push.outcome()).isEqualTo(Access.Outcome.HOSTED);
    assertThat(push.toString()).doesNotContain("?digest=");
    Access wrong = accesses.get(2);
    assertThat(wrong.endpoint()).isEmpty();
    assertThat(wrong.status()).isEqualTo(404);
    assertThat(wrong.outcome()).isEqualTo(Access.Outcome.ERROR);
  }

  @Test
  void aRequestThatItsClientLeftIsLogged() {
    assertThatThrownBy(
            () ->
                registry.send(
                    registry.handler,
                    "PUT",
                    "/v2/app/manifests/v1",
                    InputStreams.failing("connection reset")))
        .isInstanceOf(IOException.class);

    assertThat(registry.accesses())
        .singleElement()
        .satisfies(access -> assertThat(access.status()).isEqualTo(Access.CLIENT_GONE));
  }
}
