package dev.larder.upstream;

import static dev.larder.upstream.Lab.APP;
import static dev.larder.upstream.Lab.absent;
import static dev.larder.upstream.Lab.failed;
import static dev.larder.upstream.Lab.found;
import static dev.larder.upstream.Lab.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.Digest;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobRequestsTest {
  private static final byte[] CONTENT = TestImages.bytes(1, 300_000);

  @TempDir private Path folder;
  private Lab lab;
  private FakeUpstream fake;
  private UpstreamRegistry registry;
  private Digest digest = Digest.sha256(CONTENT);

  @BeforeEach
  void start() {
    lab = new Lab(folder);
    fake = lab.fake;
    digest = fake.putBlob("org/app", CONTENT);
    registry = lab.registry();
  }

  @AfterEach
  void stop() {
    lab.close();
  }

  @Test
  void wholeBlobComesWithItsLengthAndTag() throws Exception {
    BlobStream stream = found(lab.blob(registry, digest));
    assertThat(stream.offset()).isZero();
    assertThat(stream.length()).hasValue(CONTENT.length);
    assertThat(stream.etag()).contains("\"" + digest + "\"");
    assertThat(read(stream)).isEqualTo(CONTENT);
    assertThat(fake.requests().getFirst().header("Range")).isEmpty();
  }

  @Test
  void restIsAskedForByRangeAndTag() throws Exception {
    BlobStream stream = found(registry.blob(APP, digest, 299_990, etag()));
    assertThat(stream.offset()).isEqualTo(299_990);
    assertThat(stream.length()).hasValue(CONTENT.length);
    assertThat(read(stream)).isEqualTo(Arrays.copyOfRange(CONTENT, 299_990, CONTENT.length));
    SeenRequest request = fake.requests().getFirst();
    assertThat(request.header("Range")).contains("bytes=299990-");
    assertThat(request.header("If-Range")).isEqualTo(etag());
  }

  @Test
  void weakTagIsNotSentSinceItPromisesNothing() {
    found(registry.blob(APP, digest, 10, Optional.of("W/\"x\""))).offset();
    assertThat(fake.requests().getFirst().header("If-Range")).isEmpty();
  }

  @Test
  void otherBytesOrNoRangesBeginAtTheBeginning() throws Exception {
    BlobStream changed = found(registry.blob(APP, digest, 10, Optional.of("\"old\"")));
    assertThat(changed.offset()).isZero();
    assertThat(read(changed)).isEqualTo(CONTENT);
    fake.fail(SeenRequest::isBlob, 1, new Fault.NoRanges());
    BlobStream rangeless = found(registry.blob(APP, digest, 10, etag()));
    assertThat(rangeless.offset()).isZero();
    assertThat(read(rangeless)).isEqualTo(CONTENT);
  }

  @Test
  void nothingIsLeftOfABlobThatIsAllThere() throws Exception {
    BlobStream stream = found(registry.blob(APP, digest, CONTENT.length, etag()));
    assertThat(stream.offset()).isEqualTo(CONTENT.length);
    assertThat(stream.length()).hasValue(CONTENT.length);
    assertThat(read(stream)).isEmpty();
    assertThat(fake.requests()).hasSize(1);
  }

  @Test
  void offsetBehindTheEndBeginsAtTheBeginning() throws Exception {
    BlobStream stream = found(registry.blob(APP, digest, CONTENT.length + 5, Optional.empty()));
    assertThat(stream.offset()).isZero();
    assertThat(read(stream)).isEqualTo(CONTENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes 0-9/300000", "bytes 11-299999/300000", "items 10-20/30", ""})
  void wrongRangeIsAFailure(String range) {
    fake.fail(SeenRequest::isBlob, new Fault.WithHeader("Content-Range", range));
    assertThat(failed(registry.blob(APP, digest, 10, etag())))
        .contains("another range than the one from byte 10");
  }

  @Test
  void partThatNobodyAskedForIsAFailure() {
    fake.fail(SeenRequest::isBlob, new Fault.Status(206));
    assertThat(failed(lab.blob(registry, digest))).contains("another range");
    fake.recover();
    fake.fail(SeenRequest::isBlob, new Fault.Status(416));
    assertThat(failed(lab.blob(registry, digest))).contains("416");
  }

  @Test
  void lengthMayBeUnknown() throws Exception {
    fake.fail(SeenRequest::isBlob, 1, new Fault.Chunked());
    BlobStream chunked = found(lab.blob(registry, digest));
    assertThat(chunked.length()).isEmpty();
    assertThat(read(chunked)).isEqualTo(CONTENT);
    fake.fail(SeenRequest::isBlob, 1, new Fault.WithHeader("Content-Range", "bytes 10-299999/*"));
    assertThat(found(registry.blob(APP, digest, 10, etag())).length()).isEmpty();
  }

  @Test
  void cutInTheMiddleIsAnExceptionThatSaysHowFarItCame() throws Exception {
    fake.fail(SeenRequest::isBlob, 1, new Fault.Cut(200_000));
    try (BlobStream stream = found(lab.blob(registry, digest))) {
      assertThat(stream.body().readNBytes(200_000)).hasSize(200_000);
      assertThatThrownBy(() -> stream.body().read())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("%s broke off blob %s of org/app".formatted(fake.name(), digest))
          .hasMessageContaining("after 200000 bytes");
    }
  }

  @Test
  void longerAnnouncementThanContentIsAnException() {
    fake.fail(SeenRequest::isBlob, 1, new Fault.WrongLength(CONTENT.length + 1));
    BlobStream stream = found(lab.blob(registry, digest));
    assertThatThrownBy(() -> read(stream)).isInstanceOf(IOException.class);
  }

  @Test
  void stallInTheMiddleIsAnExceptionWithinTheDeadline() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    fake.fail(SeenRequest::isBlob, 1, new Fault.Stall(1000, released));
    UpstreamRegistry hasty = lab.registry(lab.settings(), Lab.SHORT);
    try (BlobStream stream = found(lab.blob(hasty, digest))) {
      assertThat(stream.body().readNBytes(1000)).hasSize(1000);
      assertThatThrownBy(() -> stream.body().read())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("after 1000 bytes: it sent nothing for 500 ms");
    } finally {
      released.countDown();
    }
  }

  @Test
  void endingEarlyReadsNoMoreThanWasWanted() throws Exception {
    byte[] large = TestImages.bytes(2, 40 << 20);
    Digest largeDigest = fake.putBlob("org/app", large);
    try (BlobStream stream = found(lab.blob(registry, largeDigest))) {
      assertThat(stream.body().readNBytes(10)).hasSize(10);
    }
    // What the sockets' buffers have taken, and not the rest.
    assertThat(fake.bytesSent()).isLessThan(30 << 20);
    assertThat(read(found(lab.blob(registry, digest)))).isEqualTo(CONTENT);
  }

  @Test
  void bytesOfAnEncodingAreLeftAsTheyAre() throws Exception {
    fake.fail(SeenRequest::isBlob, new Fault.WithHeader("Content-Encoding", "gzip"));
    assertThat(read(found(lab.blob(registry, digest)))).isEqualTo(CONTENT);
  }

  @Test
  void headSaysTheLength() {
    assertThat(found(registry.headBlob(APP, digest))).isEqualTo(CONTENT.length);
    assertThat(fake.requests()).singleElement().hasToString("HEAD /v2/org/app/blobs/" + digest);
    assertThat(fake.bytesSent()).isZero();
  }

  @Test
  void lengthIsFoundByGetWhereHeadDoesNotSay() {
    fake.fail(request -> request.method().equals("HEAD"), 1, new Fault.Status(405));
    assertThat(found(registry.headBlob(APP, digest))).isEqualTo(CONTENT.length);
    fake.fail(request -> request.method().equals("HEAD"), 1, new Fault.Chunked());
    assertThat(found(registry.headBlob(APP, digest))).isEqualTo(CONTENT.length);
  }

  @Test
  void whatIsNotThereIsAbsent() {
    Digest other = Digest.sha256(new byte[1]);
    assertThat(absent(lab.blob(registry, other)))
        .isEqualTo("%s has no blob %s of org/app (404 BLOB_UNKNOWN)".formatted(fake.name(), other));
    absent(registry.headBlob(APP, other));
  }

  @Test
  void pageIsNoBlob() {
    fake.fail(
        SeenRequest::isBlob,
        new Fault.Status(200, Map.of("Content-Type", "text/html; charset=utf-8"), "<html>"));
    assertThat(failed(lab.blob(registry, digest))).contains("HTML page");
  }

  @Test
  void partIsAskedForByRangeAndTag() throws Exception {
    BlobStream part =
        found(registry.blobPart(APP, digest, 10, 19, found(lab.blob(registry, digest))));
    assertThat(part.offset()).isEqualTo(10);
    assertThat(part.length()).hasValue(CONTENT.length);
    assertThat(read(part)).isEqualTo(Arrays.copyOfRange(CONTENT, 10, 20));
    assertThat(fake.requests().getLast().header("Range")).contains("bytes=10-19");
    assertThat(fake.requests().getLast().header("If-Range")).isEqualTo(etag());
  }

  @Test
  void partOfAnUpstreamWithoutRangesIsTheWhole() throws Exception {
    BlobStream of = found(lab.blob(registry, digest));
    fake.fail(SeenRequest::isBlob, new Fault.NoRanges());
    assertThat(found(registry.blobPart(APP, digest, 10, 19, of)).offset()).isZero();
  }

  @Test
  void partIsAskedForWhereTheBlobCameFromWithoutACredential() throws Exception {
    try (FakeUpstream storage = FakeUpstream.start()) {
      fake.fail(
          SeenRequest::isBlob,
          new Fault.Redirect(URI.create(storage.putFile("/s/1", CONTENT) + "?sig=x")));
      BlobStream of = found(lab.blob(registry, digest));
      UpstreamRegistry asked =
          registry.onBehalfOf(ClientToken.parse("Bearer secret").orElseThrow());
      assertThat(read(found(asked.blobPart(APP, digest, 10, 19, of))))
          .isEqualTo(Arrays.copyOfRange(CONTENT, 10, 20));
      assertThat(fake.requests()).hasSize(1);
      assertThat(storage.requests().getLast().header("Authorization")).isEmpty();
      assertThat(of.toString()).doesNotContain("sig=x");
    }
  }

  @Test
  void registryIsAskedAgainWhereItsStorageLetsNobodyInAnyMore() throws Exception {
    try (FakeUpstream storage = FakeUpstream.start()) {
      fake.fail(SeenRequest::isBlob, new Fault.Redirect(storage.putFile("/s/1", CONTENT)));
      BlobStream of = found(lab.blob(registry, digest));
      storage.fail(_ -> true, 1, new Fault.Status(403));
      assertThat(read(found(registry.blobPart(APP, digest, 10, 19, of))))
          .isEqualTo(Arrays.copyOfRange(CONTENT, 10, 20));
      assertThat(fake.requests()).hasSize(2);
      storage.fail(_ -> true, 1, new Fault.Status(503));
      assertThat(failed(registry.blobPart(APP, digest, 10, 19, of))).contains("503");
      assertThat(fake.requests()).hasSize(2);
    }
  }

  @Test
  void partIsAskedForWithTheClientsToken() throws Exception {
    UpstreamRegistry asked = registry.onBehalfOf(ClientToken.parse("Bearer secret").orElseThrow());
    read(found(asked.blobPart(APP, digest, 10, 19, found(lab.blob(asked, digest)))));
    assertThat(fake.requests().getLast().header("Authorization")).contains("Bearer secret");
  }

  private Optional<String> etag() {
    return Optional.of("\"" + digest + "\"");
  }
}
