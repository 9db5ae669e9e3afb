package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.registry.TestRegistry.Answer;
import dev.larder.store.IncomingBlob;
import dev.larder.store.RepositoryKey;
import dev.larder.testing.FaultyBlobStore;
import dev.larder.testing.TestImages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UploadTest {
  private static final byte[] CONTENT = TestImages.bytes(1, 300_000);
  private static final Digest DIGEST = Digest.sha256(CONTENT);

  private TestRegistry registry;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    registry = new TestRegistry(folder);
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
  }

  @Test
  void inOneRequest() throws IOException {
    Answer answer = registry.send("POST", "/v2/app/blobs/uploads/?digest=" + DIGEST, CONTENT);

    assertCreated(answer, "/v2/app/blobs/" + DIGEST);
  }

  @Test
  void inTwoRequests() throws IOException {
    Answer begun = registry.send("POST", "/v2/org/app/blobs/uploads/");
    assertThat(begun.status()).isEqualTo(202);
    assertThat(begun.header("Location")).startsWith("/v2/org/app/blobs/uploads/");
    assertThat(begun.header("Range")).isEqualTo("0-0");
    assertThat(begun.header("Docker-Upload-UUID")).hasSize(36);
    assertThat(begun.length()).isZero();

    Answer answer = registry.send("PUT", begun.header("Location") + "?digest=" + DIGEST, CONTENT);

    assertCreated(answer, "/v2/org/app/blobs/" + DIGEST);
  }

  @Test
  void asAStreamOfUnknownLength() throws IOException {
    String location = begin();

    Answer streamed = registry.send("PATCH", location, CONTENT);
    assertThat(streamed.status()).isEqualTo(202);
    assertThat(streamed.header("Range")).isEqualTo("0-299999");

    Answer answer = registry.send("PUT", streamed.header("Location") + "?digest=" + DIGEST);
    assertCreated(answer, "/v2/app/blobs/" + DIGEST);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void inChunks(boolean lastOneWithTheEnd) throws IOException {
    String location = begin();

    location = chunk(location, 0, 100_000).header("Location");
    location = chunk(location, 100_000, 200_000).header("Location");
    Answer answer;
    if (lastOneWithTheEnd) {
      answer =
          registry.send(
              "PUT",
              location + "?digest=" + DIGEST,
              Arrays.copyOfRange(CONTENT, 200_000, 300_000),
              "Content-Range",
              "200000-299999",
              "Content-Length",
              "100000");
    } else {
      location = chunk(location, 200_000, 300_000).header("Location");
      answer = registry.send("PUT", location + "?digest=" + DIGEST);
    }

    assertCreated(answer, "/v2/app/blobs/" + DIGEST);
  }

  @Test
  void anEmptyBlob() throws IOException {
    Digest empty = Digest.sha256(new byte[0]);

    Answer answer = registry.send("PUT", begin() + "?digest=" + empty);

    assertThat(answer.status()).isEqualTo(201);
    assertThat(registry.get("/v2/app/blobs/" + empty).length()).isZero();
  }

  @Test
  void underASha512Digest() throws IOException {
    Digest digest = Digest.of(Digest.Algorithm.SHA512, CONTENT);

    Answer answer = registry.send("PUT", begin() + "?digest=" + digest, CONTENT);

    assertThat(answer.status()).isEqualTo(201);
    assertThat(registry.get("/v2/app/blobs/" + digest).body()).isEqualTo(CONTENT);
  }

  @Test
  void statusTellsWhereToGoOn() throws IOException {
    String location = begin();
    assertThat(registry.get(location).status()).isEqualTo(204);
    assertThat(registry.get(location).header("Range")).isEqualTo("0-0");

    chunk(location, 0, 1000);

    Answer status = registry.get(location);
    assertThat(status.status()).isEqualTo(204);
    assertThat(status.header("Range")).isEqualTo("0-999");
    assertThat(status.header("Location")).isEqualTo(location);
  }

  @ParameterizedTest
  @CsvSource({"PATCH, ''", "PUT, ?digest=sha256:%s"})
  void aChunkThatDoesNotFollowIsRefusedAndChangesNothing(String method, String query)
      throws IOException {
    String location = begin();
    chunk(location, 0, 1000);
    String target = location + query.formatted(DIGEST.hex());

    for (String range : List.of("0-999", "500-1499", "1001-2000")) {
      Answer answer = registry.send(method, target, new byte[1000], "Content-Range", range);

      assertThat(answer.status()).isEqualTo(416);
      assertThat(answer.code()).isEqualTo("RANGE_INVALID");
      assertThat(answer.header("Range")).isEqualTo("0-999");
      assertThat(answer.header("Location")).isEqualTo(location);
    }
    assertThat(registry.get(location).header("Range")).isEqualTo("0-999");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          bytes 0-9/10, 10, BLOB_UPLOAD_INVALID
          0-,           10, BLOB_UPLOAD_INVALID
          -9,           10, BLOB_UPLOAD_INVALID
          9-0,          10, BLOB_UPLOAD_INVALID
          x,            10, BLOB_UPLOAD_INVALID
          0-9223372036854775808, 10, BLOB_UPLOAD_INVALID
          0-9,          9,  SIZE_INVALID
          0-9,          11, SIZE_INVALID
          """)
  void aContentRangeThatIsNoneIsRefused(String range, String length, String code)
      throws IOException {
    Answer answer =
        registry.send(
            "PATCH", begin(), new byte[10], "Content-Range", range, "Content-Length", length);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo(code);
  }

  @ParameterizedTest
  @CsvSource({"9, 0-8", "11, 0-9"})
  void aChunkOfUndeclaredLengthMustHaveTheBytesOfItsRange(int sent, String kept)
      throws IOException {
    String location = begin();

    Answer answer = registry.send("PATCH", location, new byte[sent], "Content-Range", "0-9");

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("SIZE_INVALID");
    assertThat(registry.get(location).header("Range")).isEqualTo(kept);
  }

  @Test
  void contentThatIsNotTheDigestsIsDropped() throws IOException {
    byte[] other = TestImages.bytes(2, 1000);
    String location = begin();
    for (Answer answer :
        List.of(
            registry.send("POST", "/v2/app/blobs/uploads/?digest=" + DIGEST, other),
            registry.send("PUT", location + "?digest=" + DIGEST, other))) {
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo("DIGEST_INVALID");
      assertThat(answer.message()).contains(DIGEST.toString());
    }

    assertThat(registry.get(location).code()).isEqualTo("BLOB_UPLOAD_UNKNOWN");
    assertThat(registry.get("/v2/app/blobs/" + DIGEST).status()).isEqualTo(404);
    assertThat(registry.blobFiles()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?digest=", "?digest=sha256:abc", "?digest=md5:abc", "?digest"})
  void theEndNeedsADigest(String query) throws IOException {
    String location = begin();

    Answer answer = registry.send("PUT", location + query, CONTENT);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("DIGEST_INVALID");
    assertThat(registry.get(location).status()).isEqualTo(204);
  }

  @Test
  void anUploadThatWasCancelledIsGone() throws IOException {
    String location = begin();
    chunk(location, 0, 1000);

    assertThat(registry.send("DELETE", location).status()).isEqualTo(204);

    for (String method : List.of("GET", "PATCH", "PUT", "DELETE")) {
      Answer answer = registry.send(method, location + "?digest=" + DIGEST);
      assertThat(answer.status()).isEqualTo(404);
    }
    assertThat(registry.blobFiles()).isZero();
  }

  @Test
  void anUploadThatNeverWasIsUnknown() throws IOException {
    Answer answer = registry.send("PATCH", "/v2/app/blobs/uploads/none", CONTENT);

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo("BLOB_UPLOAD_UNKNOWN");
  }

  @Test
  void anUploadBelongsToItsRepository() throws IOException {
    String location = begin().replace("/v2/app/", "/v2/other/");

    assertThat(registry.send("PATCH", location, CONTENT).status()).isEqualTo(404);
  }

  @Test
  void whatCameBeforeTheClientLeftIsKeptToBeGoneOnWith() throws IOException {
    String location = begin();
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(CONTENT, 0, 100_000),
            InputStreams.failing("connection reset"));

    assertThatThrownBy(() -> registry.send(registry.handler, "PATCH", location, broken))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("connection reset");

    assertThat(registry.get(location).header("Range")).isEqualTo("0-99999");
    chunk(location, 100_000, 300_000);
    assertCreated(registry.send("PUT", location + "?digest=" + DIGEST), "/v2/app/blobs/" + DIGEST);
  }

  @Test
  void anUploadInOneRequestThatBreaksOffLeavesNothingBehind() {
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(CONTENT), InputStreams.failing("connection reset"));

    assertThatThrownBy(
            () ->
                registry.send(
                    registry.handler, "POST", "/v2/app/blobs/uploads/?digest=" + DIGEST, broken))
        .isInstanceOf(IOException.class);

    assertThat(registry).satisfies(after -> assertThat(after.blobFiles()).isZero());
    assertThat(registry)
        .satisfies(
            after -> assertThat(after.get("/v2/app/blobs/" + DIGEST).status()).isEqualTo(404));
  }

  @Test
  void anEndThatBreaksOffCommitsNothing() throws IOException {
    String location = begin();
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(CONTENT), InputStreams.failing("connection reset"));

    assertThatThrownBy(
            () -> registry.send(registry.handler, "PUT", location + "?digest=" + DIGEST, broken))
        .isInstanceOf(IOException.class);

    assertThat(registry.get("/v2/app/blobs/" + DIGEST).status()).isEqualTo(404);
  }

  @Test
  void aFullDiskIsToldAndTheUploadIsDropped(@TempDir Path folder) throws IOException {
    try (TestRegistry full = TestRegistry.withBlobs(folder, FaultyBlobStore::full)) {
      String location = full.send("POST", "/v2/app/blobs/uploads/").header("Location");

      Answer answer = full.send("PATCH", location, CONTENT);

      assertThat(answer.status()).isEqualTo(507);
      assertThat(answer.code()).isEqualTo("UNAVAILABLE");
      assertThat(full.get(location).status()).isEqualTo(404);
      assertThat(full.blobFiles()).isZero();
    }
  }

  @Test
  void onlyOneRequestWritesAtATime() throws Exception {
    String location = begin();
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    InputStream waiting =
        InputStreams.of(
            () -> {
              reading.countDown();
              goOn.await(20, TimeUnit.SECONDS);
            },
            CONTENT);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Answer> first =
          threads.submit(() -> registry.send(registry.handler, "PATCH", location, waiting));
      assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();

      for (String method : List.of("PATCH", "PUT", "DELETE")) {
        Answer second = registry.send(method, location + "?digest=" + DIGEST, CONTENT);
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.code()).isEqualTo("BLOB_UPLOAD_INVALID");
      }
      assertThat(registry.get(location).status()).isEqualTo(204);

      goOn.countDown();
      assertThat(first.get(20, TimeUnit.SECONDS).header("Range")).isEqualTo("0-299999");
    }
    assertCreated(registry.send("PUT", location + "?digest=" + DIGEST), "/v2/app/blobs/" + DIGEST);
  }

  @Test
  void anUploadThatWasLeftBehindIsDroppedAfterAnHour() throws IOException {
    String left = begin();
    chunk(left, 0, 1000);
    registry.advance(Duration.ofMinutes(59));
    String used = begin();
    chunk(used, 0, 1000);
    registry.advance(Duration.ofMinutes(2));

    begin();

    assertThat(registry.blobFiles()).isEqualTo(2);
    assertThat(registry.get(left).status()).isEqualTo(404);
    assertThat(registry.get(used).status()).isEqualTo(204);
    registry.advance(Duration.ofMinutes(61));
    assertThat(registry.send("PATCH", used, CONTENT).status()).isEqualTo(404);
  }

  @Test
  void manyPushTheSameBlobAtOnce() throws Exception {
    List<Future<Answer>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        String repository = "/v2/app" + i % 4;
        answers.add(
            threads.submit(
                () ->
                    registry.send(
                        "POST", repository + "/blobs/uploads/?digest=" + DIGEST, CONTENT)));
      }
    }

    for (Future<Answer> answer : answers) {
      assertThat(answer.get().status()).isEqualTo(201);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(registry.get("/v2/app" + i + "/blobs/" + DIGEST).body()).isEqualTo(CONTENT);
    }
    assertThat(registry.blobFiles()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mount=sha256%3A{hex}&from=app",
        "mount=sha256:{hex}&from=app",
        "from=app&mount=sha256:{hex}",
        "mount=sha256:{hex}",
      })
  void aBlobIsMountedFromAnotherHostedRepository(String query) throws IOException {
    registry.pushBlob("/v2/app", CONTENT);

    Answer answer =
        registry.send("POST", "/v2/other/blobs/uploads/?" + query.replace("{hex}", DIGEST.hex()));

    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.header("Location")).isEqualTo("/v2/other/blobs/" + DIGEST);
    assertThat(answer.header("Docker-Content-Digest")).isEqualTo(DIGEST.toString());
    assertThat(registry.get("/v2/other/blobs/" + DIGEST).body()).isEqualTo(CONTENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"&from=other", "&from=new", "&from=None", "&from="})
  void whatCanNotBeMountedIsToBeUploaded(String from) throws IOException {
    registry.pushBlob("/v2/app", CONTENT);

    Answer answer = registry.send("POST", "/v2/new/blobs/uploads/?mount=" + DIGEST + from);

    assertThat(answer.status()).isEqualTo(202);
    assertCreated(
        registry.send("PUT", answer.header("Location") + "?digest=" + DIGEST, CONTENT),
        "/v2/new/blobs/" + DIGEST);
  }

  @Test
  void whatIsMirroredIsNotMounted() throws Exception {
    registry.store.commit(
        RepositoryKey.mirrored(new RegistryName("quay.io"), new RepositoryName("org/app")),
        incoming(CONTENT),
        DIGEST);

    for (String from : List.of("", "&from=org/app", "&from=quay.io/org/app")) {
      Answer answer = registry.send("POST", "/v2/app/blobs/uploads/?mount=" + DIGEST + from);
      assertThat(answer.status()).isEqualTo(202);
    }
  }

  private IncomingBlob incoming(byte[] content) throws IOException {
    var incoming = registry.store.create();
    incoming.append(ByteBuffer.wrap(content));
    return incoming;
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          /v2/localhost:5000/app,   '',                   /v2/localhost:5000/app
          /v2/localhost%3A5000/app, '',                   /v2/localhost:5000/app
          /localhost:5000/v2/app,   '',                   /localhost:5000/v2/app
          /v2/app,                  ns=localhost%3A5000,  /v2/app
          """)
  void locationsHaveTheFormInWhichTheClientAsked(String repository, String ns, String form)
      throws IOException {
    Answer begun = registry.send("POST", repository + "/blobs/uploads/?" + ns);
    String location = begun.header("Location");
    assertThat(location).startsWith(form + "/blobs/uploads/");

    String end = location + (location.contains("?") ? "&" : "?") + "digest=" + DIGEST;
    Answer created = registry.send("PUT", end, CONTENT);

    assertThat(created.status()).isEqualTo(201);
    String blob = form + "/blobs/" + DIGEST + (ns.isEmpty() ? "" : "?" + ns);
    assertThat(created.header("Location")).isEqualTo(blob);
    assertThat(registry.get(blob).body()).isEqualTo(CONTENT);
    assertThat(registry.get("/v2/app/blobs/" + DIGEST).body()).isEqualTo(CONTENT);
  }

  private String begin() throws IOException {
    return registry.send("POST", "/v2/app/blobs/uploads/").header("Location");
  }

  private Answer chunk(String location, int from, int to) throws IOException {
    Answer answer =
        registry.send(
            "PATCH",
            location,
            Arrays.copyOfRange(CONTENT, from, to),
            "Content-Range",
            "%d-%d".formatted(from, to - 1),
            "Content-Length",
            Integer.toString(to - from));
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.header("Range")).isEqualTo("0-" + (to - 1));
    return answer;
  }

  private void assertCreated(Answer answer, String location) throws IOException {
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.header("Location")).isEqualTo(location);
    assertThat(answer.header("Docker-Content-Digest")).isEqualTo(DIGEST.toString());
    assertThat(registry.get(location).body()).isEqualTo(CONTENT);
    assertThat(registry.blobFiles()).isEqualTo(1);
  }
}
