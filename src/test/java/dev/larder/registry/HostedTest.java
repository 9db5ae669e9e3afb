package dev.larder.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.registry.TestRegistry.Answer;
import dev.larder.testing.TestImages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostedTest {
  private static final TestImages.Image IMAGE = TestImages.image("app", 1000, 2000);

  private TestRegistry registry;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    registry = new TestRegistry(folder);
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v2", "/v2/", "/v2/?ns=quay.io", "/v2/?ns=", "/quay.io/v2/"})
  void itIsARegistryForEverybody(String target) throws IOException {
    Answer answer = registry.get(target);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.text()).isEqualTo("{}");
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.header("Docker-Distribution-API-Version")).isEqualTo("registry/2.0");
    assertThat(registry.head(target).length()).isEqualTo(2);
  }

  @Test
  void aPushedImageIsPulledByteForByte() throws IOException {
    Answer pushed = registry.push("/v2/org/app", IMAGE, "v1");
    assertThat(pushed.status()).isEqualTo(201);
    assertThat(pushed.header("Location")).isEqualTo("/v2/org/app/manifests/" + IMAGE.digest());
    assertThat(pushed.header("Docker-Content-Digest")).isEqualTo(IMAGE.digest().toString());
    assertThat(pushed.header("OCI-Subject")).isEmpty();

    for (String reference : List.of("v1", IMAGE.digest().toString())) {
      Answer pulled =
          registry.get("/v2/org/app/manifests/" + reference, "Accept", "application/json");
      assertThat(pulled.status()).isEqualTo(200);
      assertThat(pulled.body()).isEqualTo(IMAGE.manifest());
      assertThat(pulled.header("Content-Type")).isEqualTo(IMAGE.mediaType().value());
      assertThat(pulled.header("Docker-Content-Digest")).isEqualTo(IMAGE.digest().toString());
      assertThat(pulled.header("ETag")).isEqualTo("\"" + IMAGE.digest() + "\"");
      assertThat(pulled.header("Larder-Cache")).isEmpty();

      Answer asked = registry.head("/v2/org/app/manifests/" + reference);
      assertThat(asked.status()).isEqualTo(200);
      assertThat(asked.body()).isEmpty();
      assertThat(asked.length()).isEqualTo(IMAGE.manifest().length);
      assertThat(asked.header("Docker-Content-Digest")).isEqualTo(IMAGE.digest().toString());
    }
    for (byte[] layer : IMAGE.layers()) {
      String path = "/v2/org/app/blobs/" + Digest.sha256(layer);
      Answer pulled = registry.get(path);
      assertThat(pulled.body()).isEqualTo(layer);
      assertThat(pulled.header("Content-Type")).isEqualTo("application/octet-stream");
      assertThat(pulled.header("Docker-Content-Digest")).isEqualTo(Digest.sha256(layer).toString());
      assertThat(pulled.header("Accept-Ranges")).isEqualTo("bytes");
      Answer asked = registry.head(path);
      assertThat(asked.status()).isEqualTo(200);
      assertThat(asked.length()).isEqualTo(layer.length);
    }
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          bytes=0-99,      206, 0,   100, bytes 0-99/1000
          bytes=500-,      206, 500, 500, bytes 500-999/1000
          bytes=-10,       206, 990, 10,  bytes 990-999/1000
          bytes=900-5000,  206, 900, 100, bytes 900-999/1000
          bytes=0-1#2-3,   200, 0,   1000, ''
          lines=1-2,       200, 0,   1000, ''
          """)
  void aPartOfABlob(String range, int status, int from, int length, String contentRange)
      throws IOException {
    registry.push("/v2/app", IMAGE, "v1");

    Answer answer =
        registry.get("/v2/app/blobs/" + IMAGE.layer(0), "Range", range.replace('#', ','));

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body())
        .isEqualTo(Arrays.copyOfRange(IMAGE.layers().getFirst(), from, from + length));
    assertThat(answer.header("Content-Range")).isEqualTo(contentRange);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=1000-", "bytes=5000-6000", "bytes=500-0", "bytes=-0"})
  void aPartThatIsNotThere(String range) throws IOException {
    registry.push("/v2/app", IMAGE, "v1");

    Answer answer = registry.get("/v2/app/blobs/" + IMAGE.layer(0), "Range", range);

    assertThat(answer.status()).isEqualTo(416);
    assertThat(answer.header("Content-Range")).isEqualTo("bytes */1000");
    assertThat(answer.code()).isEqualTo("RANGE_INVALID");
  }

  @Test
  void whatTheClientHasIsNotSentAgain() throws IOException {
    registry.push("/v2/app", IMAGE, "v1");

    for (String path : List.of("/v2/app/manifests/v1", "/v2/app/blobs/" + IMAGE.layer(0))) {
      String etag = registry.head(path).header("ETag");
      assertThat(registry.get(path, "If-None-Match", etag).status()).isEqualTo(304);
      assertThat(registry.get(path, "If-None-Match", "\"x\", " + etag).status()).isEqualTo(304);
      assertThat(registry.get(path, "If-None-Match", "\"x\"").status()).isEqualTo(200);
      Answer changed = registry.get(path, "Range", "bytes=0-9", "If-Range", "\"x\"");
      assertThat(changed.status()).isEqualTo(200);
      assertThat(registry.get(path, "Range", "bytes=0-9", "If-Range", etag).length()).isEqualTo(10);
    }
  }

  @Test
  void aBlobIsServedOnlyWhereItWasPushed() throws IOException {
    registry.push("/v2/app", IMAGE, "v1");

    assertThat(registry.get("/v2/other/blobs/" + IMAGE.layer(0)).code()).isEqualTo("BLOB_UNKNOWN");
    assertThat(registry.head("/v2/other/blobs/" + IMAGE.layer(0)).status()).isEqualTo(404);
    assertThat(registry.get("/v2/other/manifests/v1").code()).isEqualTo("MANIFEST_UNKNOWN");
  }

  @Test
  void aManifestNeedsWhatItRefersTo() throws IOException {
    registry.pushBlob("/v2/app", IMAGE.config());

    Answer answer = put("/v2/app/manifests/v1", IMAGE.manifest(), IMAGE.mediaType().value());

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo("MANIFEST_BLOB_UNKNOWN");
    assertThat(answer.json().path("errors")).hasSize(2);
    assertThat(answer.text())
        .contains(IMAGE.layer(0).toString())
        .contains(IMAGE.layer(1).toString());
    assertThat(registry.get("/v2/app/manifests/v1").status()).isEqualTo(404);
  }

  @Test
  void anIndexNeedsItsManifests() throws IOException {
    byte[] index = TestImages.index(IMAGE);
    String type = MediaType.OCI_INDEX.value();
    assertThat(put("/v2/app/manifests/multi", index, type).code())
        .isEqualTo("MANIFEST_BLOB_UNKNOWN");

    registry.push("/v2/app", IMAGE, IMAGE.digest().toString());

    assertThat(put("/v2/app/manifests/multi", index, type).status()).isEqualTo(201);
    assertThat(registry.get("/v2/app/manifests/multi").body()).isEqualTo(index);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          application/vnd.oci.image.manifest.v1+json | {}
          application/vnd.oci.image.manifest.v1+json | no JSON
          application/vnd.oci.image.manifest.v1+json | []
          application/vnd.oci.image.index.v1+json    | {"schemaVersion":2}
          application/json                           | {"schemaVersion":2,"manifests":[]}
          text/html                                  | {"schemaVersion":2,"manifests":[]}
          """)
  void whatIsNoManifestIsRefused(String contentType, String content) throws IOException {
    Answer answer = put("/v2/app/manifests/v1", content.getBytes(UTF_8), contentType);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("MANIFEST_INVALID");
  }

  @Test
  void aManifestMayKnowItsOwnType() throws IOException {
    byte[] index =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[]}"
            .formatted(MediaType.OCI_INDEX)
            .getBytes(UTF_8);

    assertThat(registry.send("PUT", "/v2/app/manifests/v1", index).status()).isEqualTo(201);
    assertThat(registry.get("/v2/app/manifests/v1").header("Content-Type"))
        .isEqualTo(MediaType.OCI_INDEX.value());

    byte[] silent = "{\"schemaVersion\":2,\"manifests\":[]}".getBytes(UTF_8);
    assertThat(registry.send("PUT", "/v2/app/manifests/v2", silent).code())
        .isEqualTo("MANIFEST_INVALID");
  }

  @Test
  void aManifestIsAsLongAsFourMebibytesAtMost() throws IOException {
    String start = "{\"schemaVersion\":2,\"manifests\":[],\"annotations\":{\"a\":\"";
    String end = "\"}}";
    int room = (4 << 20) - start.length() - end.length();
    byte[] longest = (start + "x".repeat(room) + end).getBytes(UTF_8);
    byte[] longer = (start + "x".repeat(room + 1) + end).getBytes(UTF_8);

    assertThat(put("/v2/app/manifests/v1", longest, MediaType.OCI_INDEX.value()).status())
        .isEqualTo(201);
    Answer answer = put("/v2/app/manifests/v1", longer, MediaType.OCI_INDEX.value());
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.code()).isEqualTo("SIZE_INVALID");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SHA256", "SHA512"})
  void aManifestPushedByDigestHasThatDigest(Digest.Algorithm algorithm) throws IOException {
    byte[] index = TestImages.index();
    Digest digest = Digest.of(algorithm, index);
    Digest other = Digest.of(algorithm, new byte[0]);

    assertThat(
            put("/v2/app/manifests/" + digest, index, MediaType.OCI_INDEX.value())
                .header("Docker-Content-Digest"))
        .isEqualTo(digest.toString());
    assertThat(registry.get("/v2/app/manifests/" + digest).body()).isEqualTo(index);
    Answer refused = put("/v2/app/manifests/" + other, index, MediaType.OCI_INDEX.value());
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.code()).isEqualTo("DIGEST_INVALID");
  }

  @Test
  void aDeletedTagLeavesTheManifest() throws IOException {
    registry.push("/v2/app", IMAGE, "v1");

    assertThat(registry.send("DELETE", "/v2/app/manifests/v1").status()).isEqualTo(202);

    assertThat(registry.get("/v2/app/manifests/v1").status()).isEqualTo(404);
    assertThat(registry.get("/v2/app/manifests/" + IMAGE.digest()).status()).isEqualTo(200);
    assertThat(registry.send("DELETE", "/v2/app/manifests/v1").code())
        .isEqualTo("MANIFEST_UNKNOWN");
  }

  @Test
  void aDeletedManifestTakesItsTagsAlong() throws IOException {
    registry.push("/v2/app", IMAGE, "v1");
    registry.push("/v2/app", IMAGE, "v2");

    assertThat(registry.send("DELETE", "/v2/app/manifests/" + IMAGE.digest()).status())
        .isEqualTo(202);

    assertThat(registry.get("/v2/app/manifests/v1").status()).isEqualTo(404);
    assertThat(registry.get("/v2/app/manifests/" + IMAGE.digest()).status()).isEqualTo(404);
    assertThat(registry.get("/v2/app/tags/list").json().path("tags")).isEmpty();
    assertThat(registry.send("DELETE", "/v2/app/manifests/" + IMAGE.digest()).status())
        .isEqualTo(404);
  }

  @Test
  void aDeletedBlobIsGoneFromThatRepositoryAlone() throws IOException {
    Digest layer = registry.pushBlob("/v2/app", IMAGE.layers().getFirst());
    registry.send("POST", "/v2/other/blobs/uploads/?mount=" + layer + "&from=app");

    assertThat(registry.send("DELETE", "/v2/app/blobs/" + layer).status()).isEqualTo(202);

    assertThat(registry.head("/v2/app/blobs/" + layer).status()).isEqualTo(404);
    assertThat(registry.send("DELETE", "/v2/app/blobs/" + layer).code()).isEqualTo("BLOB_UNKNOWN");
    assertThat(registry.get("/v2/other/blobs/" + layer).status()).isEqualTo(200);
    registry.send("DELETE", "/v2/other/blobs/" + layer);
    assertThat(registry.blobFiles()).isZero();
  }

  @Test
  void tagsComeInPages() throws IOException {
    for (String tag : List.of("c", "a", "B", "d", "1")) {
      registry.push("/v2/org/app", IMAGE, tag);
    }
    assertThat(registry.get("/v2/org/app/tags/list").text())
        .isEqualTo("{\"name\":\"org/app\",\"tags\":[\"1\",\"B\",\"a\",\"c\",\"d\"]}");

    List<String> pages = new ArrayList<>();
    String next = "/v2/org/app/tags/list?n=2";
    while (!next.isEmpty()) {
      Answer page = registry.get(next);
      pages.add(page.json().path("tags").toString());
      next = linked(page);
    }

    assertThat(pages).containsExactly("[\"1\",\"B\"]", "[\"a\",\"c\"]", "[\"d\"]");
    assertThat(registry.get("/v2/org/app/tags/list?last=a").json().path("tags").toString())
        .isEqualTo("[\"c\",\"d\"]");
    assertThat(linked(registry.get("/v2/org/app/tags/list?n=5"))).isEmpty();
    assertThat(linked(registry.get("/v2/org/app/tags/list?n=2&ns=localhost%3A5000")))
        .isEqualTo("/v2/org/app/tags/list?n=2&last=B&ns=localhost%3A5000");
  }

  @Test
  void noTagsWereAskedFor() throws IOException {
    registry.push("/v2/app", IMAGE, "v1");

    Answer answer = registry.get("/v2/app/tags/list?n=0");

    assertThat(answer.json().path("tags")).isEmpty();
    assertThat(answer.header("Link")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "x", "", "1.5", "99999999999999999999"})
  void aPageOfThatSizeCanNotBe(String n) throws IOException {
    registry.push("/v2/app", IMAGE, "v1");

    for (String list : List.of("/v2/app/tags/list", "/v2/_catalog")) {
      Answer answer = registry.get(list + "?n=" + n);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo("PAGINATION_NUMBER_INVALID");
    }
  }

  @Test
  void aRepositoryThatIsNotThereHasNoTags() throws IOException {
    Answer answer = registry.get("/v2/none/tags/list");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo("NAME_UNKNOWN");
  }

  @Test
  void repositoriesComeInPages() throws IOException {
    assertThat(registry.get("/v2/_catalog").text()).isEqualTo("{\"repositories\":[]}");
    for (String name : List.of("b/c", "a", "b")) {
      registry.pushBlob("/v2/" + name, IMAGE.config());
    }

    Answer page = registry.get("/v2/_catalog?n=2");

    assertThat(page.text()).isEqualTo("{\"repositories\":[\"a\",\"b\"]}");
    assertThat(registry.get(linked(page)).text()).isEqualTo("{\"repositories\":[\"b/c\"]}");
    assertThat(registry.get("/v2/_catalog?ns=localhost:5000").status()).isEqualTo(200);
    assertThat(registry.get("/v2/_catalog?ns=quay.io").status()).isEqualTo(404);
    assertThat(registry.get("/quay.io/v2/_catalog").status()).isEqualTo(404);
  }

  @Test
  void whatRefersToAManifest() throws IOException {
    String path = "/v2/app/referrers/" + IMAGE.digest();
    assertThat(registry.get(path).text())
        .isEqualTo(
            "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[]}");
    TestImages.Image signature = TestImages.referrer(IMAGE, "application/signature");
    TestImages.Image bom = TestImages.referrer(IMAGE, "application/bom");

    Answer pushed = registry.push("/v2/app", signature, "signature");
    assertThat(pushed.header("OCI-Subject")).isEqualTo(IMAGE.digest().toString());
    registry.push("/v2/app", bom, bom.digest().toString());

    Answer all = registry.get(path);
    assertThat(all.header("Content-Type")).isEqualTo(MediaType.OCI_INDEX.value());
    assertThat(all.header("OCI-Filters-Applied")).isEmpty();
    assertThat(all.json().findValuesAsText("digest"))
        .containsExactlyInAnyOrder(signature.digest().toString(), bom.digest().toString());
    Answer one = registry.get(path + "?artifactType=application%2Fbom");
    assertThat(one.header("OCI-Filters-Applied")).isEqualTo("artifactType");
    assertThat(one.json().findValuesAsText("digest")).containsExactly(bom.digest().toString());
    assertThat(one.json().findValuesAsText("size"))
        .containsExactly(Integer.toString(bom.manifest().length));
    registry.send("DELETE", "/v2/app/manifests/" + bom.digest());
    assertThat(registry.get(path).json().path("manifests")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          POST,    /v2/,                     'GET, HEAD'
          DELETE,  /v2/_catalog,             'GET, HEAD'
          PUT,     /v2/app/tags/list,        'GET, HEAD'
          POST,    /v2/app/manifests/v1,     'GET, HEAD, PUT, DELETE'
          PUT,     /v2/app/blobs/{digest},   'GET, HEAD, DELETE'
          GET,     /v2/app/blobs/uploads/,   'POST'
          POST,    /v2/app/blobs/uploads/x,  'GET, PATCH, PUT, DELETE'
          OPTIONS, /v2/app/referrers/{digest}, 'GET, HEAD'
          BREW,    /v2/,                     'GET, HEAD'
          """)
  void aMethodThatAPathDoesNotKnow(String method, String path, String allowed) throws IOException {
    Answer answer = registry.send(method, path.replace("{digest}", IMAGE.digest().toString()));

    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.code()).isEqualTo("UNSUPPORTED");
    assertThat(answer.header("Allow")).isEqualTo(allowed);
  }

  @Test
  void aNameIsAtMost255CharactersLong() throws IOException {
    assertThat(registry.get("/v2/" + "a".repeat(255) + "/tags/list").code())
        .isEqualTo("NAME_UNKNOWN");
    assertThat(registry.get("/v2/" + "a".repeat(256) + "/tags/list").code())
        .isEqualTo("NAME_INVALID");
    assertThat(registry.get("/v2/app/manifests/" + "a".repeat(300)).status()).isEqualTo(404);
  }

  @Test
  void aQueryThatIsNotWellEncodedIsRefused() throws IOException {
    Answer answer = registry.get("/v2/app/tags/list?n=%zz");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.message()).contains("encoded");
  }

  private Answer put(String path, byte[] content, String contentType) throws IOException {
    return registry.send("PUT", path, content, "Content-Type", contentType);
  }

  /** The target of the next page; empty if there is none. */
  private static String linked(Answer page) {
    String link = page.header("Link");
    if (link.isEmpty()) {
      return "";
    }
    assertThat(link).startsWith("<").endsWith(">; rel=\"next\"");
    return link.substring(1, link.indexOf('>'));
  }
}
