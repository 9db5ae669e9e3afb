package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.registry.TestRegistry.Answer;
import dev.larder.testing.TestImages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was pushed, over what the upstream of the listener has under the same name. */
class OverlaidTest {
  private static final TestImages.Image THEIRS = TestImages.image("theirs", 300_000);
  private static final TestImages.Image OURS = TestImages.image("ours", 1000);
  private static final String REPOSITORY = "/v2/org/app";

  private TestRegistry registry;
  private RegistryHandler bound;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    registry = new TestRegistry(folder);
    registry.upstream.has(THEIRS, "1", "2");
    bound = registry.handler.boundTo(RegistryName.DOCKER_HUB);
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
  }

  @Test
  void aPushedTagWinsAndTheAnswerSaysSo() throws IOException {
    assertThat(get("/manifests/1").body()).isEqualTo(THEIRS.manifest());
    registry.push(REPOSITORY, OURS, "1");

    for (String method : List.of("GET", "HEAD")) {
      Answer answer = send(method, "/manifests/1");
      assertThat(answer.header("Docker-Content-Digest")).isEqualTo(OURS.digest().toString());
      assertThat(answer.header("Larder-Cache")).isEqualTo("hosted");
    }
    for (String method : List.of("GET", "HEAD")) {
      Answer blob = send(method, "/blobs/" + OURS.layer(0));
      assertThat(blob.length()).isEqualTo(1000);
      assertThat(blob.header("Larder-Cache")).isEqualTo("hosted");
    }
  }

  @Test
  void whatWasntPushedIsTheUpstreams() throws IOException {
    registry.push(REPOSITORY, OURS, "1");

    Answer tag = get("/manifests/2");
    assertThat(tag.body()).isEqualTo(THEIRS.manifest());
    assertThat(tag.header("Larder-Cache")).isEqualTo("miss");
    assertThat(get("/manifests/" + THEIRS.digest()).header("Larder-Cache")).isEqualTo("hit");
    assertThat(get("/blobs/" + THEIRS.layer(0)).body()).isEqualTo(THEIRS.layers().getFirst());
    assertThat(get("/manifests/3").code()).isEqualTo("MANIFEST_UNKNOWN");
    assertThat(registry.accesses().getLast().upstream()).contains(RegistryName.DOCKER_HUB);
  }

  @Test
  void aPushedTagThatIsDeletedGivesTheUpstreamsWayAgain() throws IOException {
    registry.push(REPOSITORY, OURS, "1");
    assertThat(send("DELETE", "/manifests/1").status()).isEqualTo(202);

    assertThat(get("/manifests/1").body()).isEqualTo(THEIRS.manifest());
  }

  @Test
  void whatWasPushedIsServedWhereTheUpstreamCantBeAsked() throws IOException {
    registry.push(REPOSITORY, OURS, "1");
    fails();

    assertThat(get("/manifests/1").body()).isEqualTo(OURS.manifest());
    assertThat(registry.accesses().getLast().upstream()).isEmpty();
    assertThat(get("/manifests/2").status()).isEqualTo(503);
    Answer tags = get("/tags/list");
    assertThat(tags.json().path("tags")).hasToString("[\"1\"]");
    assertThat(tags.header("Larder-Cache")).isEqualTo("hosted");
    assertThat(tags.header("Warning")).contains("no route");
  }

  @Test
  void aBlobThatTheUpstreamHasNeedntBePushed() throws IOException {
    assertThat(send("HEAD", "/blobs/" + THEIRS.layer(0)).status()).isEqualTo(200);
    assertThat(send("HEAD", "/blobs/" + Digest.sha256(THEIRS.config())).status()).isEqualTo(200);

    assertThat(put("mine", THEIRS.mediaType(), THEIRS.manifest()).status()).isEqualTo(201);

    fails();
    assertThat(registry.get(REPOSITORY + "/manifests/mine").body()).isEqualTo(THEIRS.manifest());
    assertThat(registry.get(REPOSITORY + "/blobs/" + THEIRS.layer(0)).body())
        .isEqualTo(THEIRS.layers().getFirst());
  }

  @Test
  void manifestsOfAnIndexThatTheUpstreamHasNeedntBePushed() throws IOException {
    byte[] index = TestImages.index(THEIRS);

    assertThat(put("all", MediaType.OCI_INDEX, index).status()).isEqualTo(201);

    fails();
    assertThat(registry.get(REPOSITORY + "/manifests/" + THEIRS.digest()).body())
        .isEqualTo(THEIRS.manifest());
    assertThat(registry.get(REPOSITORY + "/blobs/" + THEIRS.layer(0)).status()).isEqualTo(200);
  }

  @Test
  void aManifestIsRefusedWhoseBlobsNobodyHas() throws IOException {
    Answer answer = put("mine", OURS.mediaType(), OURS.manifest());

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo("MANIFEST_BLOB_UNKNOWN");
    assertThat(answer.text()).contains(OURS.layer(0).toString());
    assertThat(get("/manifests/mine").status()).isEqualTo(404);
  }

  @Test
  void aManifestIsRefusedWhoseBlobsBreakOffAtTheUpstream() throws IOException {
    registry.upstream.sendsBlobsFrom(() -> new ByteArrayInputStream(new byte[10]));

    Answer answer = put("mine", THEIRS.mediaType(), THEIRS.manifest());

    assertThat(answer.code()).isEqualTo("MANIFEST_BLOB_UNKNOWN");
    assertThat(registry.get(REPOSITORY + "/manifests/mine").status()).isEqualTo(404);
  }

  @Test
  void theTagsAreThoseOfBothInOrderAndInPages() throws IOException {
    registry.upstream.hasTags("", "{\"tags\":[\"b\",\"d\"]}", Optional.of("last=d"));
    registry.upstream.hasTags("last=d", "{\"tags\":[\"e\"]}", Optional.empty());
    registry.push(REPOSITORY, OURS, "c");
    registry.push(REPOSITORY, OURS, "b");

    Answer all = get("/tags/list");
    assertThat(all.json().path("tags")).hasToString("[\"b\",\"c\",\"d\",\"e\"]");
    assertThat(all.json().path("name").asText()).isEqualTo("org/app");
    Answer first = get("/tags/list?n=3");
    assertThat(first.json().path("tags")).hasToString("[\"b\",\"c\",\"d\"]");
    assertThat(first.header("Link")).isEqualTo("</v2/org/app/tags/list?n=3&last=d>; rel=\"next\"");
    Answer second = get("/tags/list?n=3&last=d");
    assertThat(second.json().path("tags")).hasToString("[\"e\"]");
    assertThat(second.header("Link")).isEmpty();
  }

  @Test
  void whereNothingWasPushedTheTagsAreTheUpstreamsOwnPages() throws IOException {
    registry.upstream.hasTags("n=1", "{\"tags\":[\"z\"]}", Optional.of("token=abc"));

    Answer answer = get("/tags/list?n=1");

    assertThat(answer.json().path("tags")).hasToString("[\"z\"]");
    assertThat(answer.header("Link")).contains("token=abc");
  }

  @Test
  void theReferrersAreThoseOfBoth() throws IOException {
    TestImages.Image signature = TestImages.referrer(THEIRS, "application/x.signature");
    TestImages.Image note = TestImages.referrer(THEIRS, "application/x.note");
    String theirs =
        "{\"manifests\":[{\"digest\":\"%s\",\"artifactType\":\"application/x.note\"}]}"
            .formatted(note.digest());
    registry.upstream.hasReferrers(THEIRS.digest(), "", theirs, Optional.empty());
    registry.push(REPOSITORY, signature, signature.digest().toString());

    assertThat(
            get("/referrers/" + THEIRS.digest())
                .json()
                .path("manifests")
                .findValuesAsText("digest"))
        .containsExactlyInAnyOrder(signature.digest().toString(), note.digest().toString());
    registry.push(REPOSITORY, note, note.digest().toString());
    assertThat(get("/referrers/" + THEIRS.digest()).json().path("manifests")).hasSize(2);
    assertThat(
            get("/referrers/" + THEIRS.digest() + "?artifactType=application/x.note")
                .json()
                .path("manifests"))
        .hasSize(1);
  }

  private void fails() {
    registry.upstream.answers(
        new dev.larder.upstream.Answer.Failed<>("no route to docker.io", Optional.empty()));
  }

  private Answer put(String tag, MediaType type, byte[] content) throws IOException {
    return registry.send(
        bound,
        "PUT",
        REPOSITORY + "/manifests/" + tag,
        new ByteArrayInputStream(content),
        "Content-Type",
        type.value());
  }

  private Answer get(String rest) throws IOException {
    return send("GET", rest);
  }

  private Answer send(String method, String rest) throws IOException {
    return registry.send(bound, method, REPOSITORY + rest, InputStream.nullInputStream());
  }
}
