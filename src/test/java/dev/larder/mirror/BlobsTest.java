package dev.larder.mirror;

import static dev.larder.mirror.TestMirrors.found;
import static dev.larder.mirror.TestMirrors.read;
import static dev.larder.mirror.TestMirrors.result;
import static dev.larder.mirror.TestMirrors.results;
import static dev.larder.mirror.TestMirrors.sink;
import static dev.larder.mirror.TestMirrors.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import dev.larder.store.Verification;
import dev.larder.store.Verifier;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobsTest {
  private static final int LENGTH = 1_000_000;
  private static final byte[] LAYER = TestImages.bytes(1, LENGTH);
  @TempDir Path folder;
  private final FakeUpstream upstream = FakeUpstream.start();
  private final CountDownLatch release = new CountDownLatch(1);
  private TestMirrors mirrors;
  private Digest layer;

  @BeforeEach
  void open() throws Exception {
    mirrors = new TestMirrors(folder, TestMirrors.PATIENT);
    layer = upstream.putBlob("app", LAYER);
  }

  @AfterEach
  void close() throws Exception {
    release.countDown();
    upstream.close();
    mirrors.close();
  }

  @Test
  void firstPullMissesAndTheNextHits() throws Exception {
    Mirror app = mirrors.mirror(upstream, "app");
    Lookup<MirroredBlob> first = app.blob(layer);
    assertThat(found(first).source()).isEqualTo(Source.MISS);
    assertThat(read(first)).isEqualTo(LAYER);
    Lookup<MirroredBlob> second = app.blob(layer);
    assertThat(found(second).source()).isEqualTo(Source.HIT);
    assertThat(found(second).value()).isInstanceOf(MirroredBlob.Whole.class);
    assertThat(read(second)).isEqualTo(LAYER);
    assertThat(upstream.requests(SeenRequest::isBlob)).hasSize(1);
  }

  @Test
  void whatAVerificationSetsAsideIsFetchedAnew() throws Exception {
    Mirror app = mirrors.mirror(upstream, "app");
    read(app.blob(layer));
    Path file =
        folder.resolve("blobs/sha256").resolve(layer.hex().substring(0, 2)).resolve(layer.hex());
    byte[] wrong = LAYER.clone();
    wrong[LENGTH / 2]++;
    Files.write(file, wrong);

    Verification done = new Verifier(mirrors.store()).verify(_ -> {}, (_, _, _) -> {});

    assertThat(done.problems()).hasSize(1);
    Lookup<MirroredBlob> again = app.blob(layer);
    assertThat(found(again).source()).isEqualTo(Source.MISS);
    assertThat(read(again)).isEqualTo(LAYER);
    assertThat(Files.readAllBytes(file)).isEqualTo(LAYER);
  }

  @Test
  void connectionServesTheNextBlobToo() throws Exception {
    Digest next = upstream.putBlob("app", TestImages.bytes(2, 100_000));
    read(mirrors.mirror(upstream, "app").blob(layer));
    read(mirrors.mirror(upstream, "app").blob(next));
    assertThat(upstream.connectionsAccepted()).isEqualTo(1);
  }

  @Test
  void fiftyConcurrentPullsAreOneFetch() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(200_000, release));
    Mirror app = mirrors.mirror(upstream, "app");
    CountDownLatch following = new CountDownLatch(50);
    List<FutureTask<byte[]>> pulls =
        start(
            50,
            () -> {
              Lookup<MirroredBlob> blob = app.blob(layer);
              assertThat(found(blob).value()).isInstanceOf(MirroredBlob.Arriving.class);
              following.countDown();
              return read(blob);
            });
    following.await();
    release.countDown();
    assertThat(results(pulls)).hasSize(50).allSatisfy(bytes -> assertThat(bytes).isEqualTo(LAYER));
    assertThat(upstream.requests(TestMirrors::getsBlob)).hasSize(1);
    assertThat(upstream.bytesSent()).isEqualTo(LENGTH);
  }

  @Test
  void readerGetsBytesBeforeTheUpstreamHasSentTheRest() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(200_000, release));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MirroredBlob blob = found(mirrors.mirror(upstream, "app").blob(layer)).value()) {
      ((MirroredBlob.Arriving) blob)
          // Only now does the rest come.
          .writeTo(0, LENGTH, sink(bytes, release::countDown));
    }
    assertThat(bytes.toByteArray()).isEqualTo(LAYER);
    assertThat(upstream.requests(TestMirrors::getsBlob)).hasSize(1);
  }

  @Test
  void rangeOfABlobInProgressWaitsForItsBytes() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(200_000, release));
    MirroredBlob blob = found(mirrors.mirror(upstream, "app").blob(layer)).value();
    FutureTask<byte[]> early = start(1, () -> read(blob, 100_000, 50_000)).getFirst();
    assertThat(result(early)).isEqualTo(Arrays.copyOfRange(LAYER, 100_000, 150_000));
    FutureTask<byte[]> late = start(1, () -> read(blob, 900_000, 100_000)).getFirst();
    assertThat(late).isNotDone();
    release.countDown();
    assertThat(result(late)).isEqualTo(Arrays.copyOfRange(LAYER, 900_000, LENGTH));
    blob.close();
  }

  @Test
  void readerThatLeavesEndsNothing() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(200_000, release));
    Mirror app = mirrors.mirror(upstream, "app");
    found(app.blob(layer)).value().close();
    release.countDown();
    assertThat(read(app.blob(layer))).isEqualTo(LAYER);
    assertThat(upstream.requests(TestMirrors::getsBlob)).hasSize(1);
  }

  @Test
  void blobOfAnotherRepositoryIsLinkedWhenTheUpstreamHasItThereToo() throws Exception {
    upstream.putBlob("other", LAYER);
    read(mirrors.mirror(upstream, "app").blob(layer));
    Lookup<MirroredBlob> linked = mirrors.mirror(upstream, "other").blob(layer);
    assertThat(found(linked).source()).isEqualTo(Source.REVALIDATED);
    assertThat(read(linked)).isEqualTo(LAYER);
    assertThat(upstream.requests(TestMirrors::getsBlob)).hasSize(1);
    assertThat(upstream.requests(TestMirrors::headsBlob)).hasSize(1);
    assertThat(found(mirrors.mirror(upstream, "other").blob(layer)).source()).isEqualTo(Source.HIT);
  }

  @Test
  void blobIsNotServedInARepositoryWhoseUpstreamHasItNot() throws Exception {
    upstream.putBlob("other", TestImages.bytes(2, 10));
    read(mirrors.mirror(upstream, "app").blob(layer));
    assertThat(mirrors.mirror(upstream, "other").blob(layer)).isInstanceOf(Lookup.Absent.class);
    upstream.fail(TestMirrors::headsBlob, new Fault.Status(503));
    mirrors.pass(TestMirrors.ABSENT);
    assertThat(mirrors.mirror(upstream, "other").blob(layer))
        .isInstanceOf(Lookup.Unavailable.class);
  }

  @Test
  void blobThatAManifestOfTheRepositoryDescribesIsLinkedWithoutAsking() throws Exception {
    TestImages.Image image = TestImages.image("x", 100_000);
    upstream.putImage("app", "1", image);
    upstream.putImage("other", "1", image);
    read(mirrors.mirror(upstream, "app").blob(image.layer(0)));
    found(mirrors.mirror(upstream, "other").manifest(new Tag("1")));
    Lookup<MirroredBlob> linked = mirrors.mirror(upstream, "other").blob(image.layer(0));
    assertThat(found(linked).source()).isEqualTo(Source.HIT);
    assertThat(read(linked)).isEqualTo(image.layers().getFirst());
    assertThat(upstream.requests(SeenRequest::isBlob)).hasSize(1);
  }

  @Test
  void repositoryThatJoinsAFetchServesTheBlobAfterwards() throws Exception {
    upstream.putBlob("other", LAYER);
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(200_000, release));
    MirroredBlob first = found(mirrors.mirror(upstream, "app").blob(layer)).value();
    MirroredBlob second = found(mirrors.mirror(upstream, "other").blob(layer)).value();
    assertThat(second).isInstanceOf(MirroredBlob.Arriving.class);
    release.countDown();
    assertThat(read(second, 0, LENGTH)).isEqualTo(LAYER);
    first.close();
    second.close();
    assertThat(found(mirrors.mirror(upstream, "other").blob(layer)).source()).isEqualTo(Source.HIT);
    assertThat(upstream.requests(TestMirrors::getsBlob)).hasSize(1);
    assertThat(upstream.requests(TestMirrors::headsBlob)).hasSize(1);
  }

  @Test
  void repositoryWithoutARightDoesNotJoinAFetch() throws Exception {
    upstream.putBlob("other", TestImages.bytes(2, 10));
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(200_000, release));
    MirroredBlob first = found(mirrors.mirror(upstream, "app").blob(layer)).value();
    assertThat(mirrors.mirror(upstream, "other").blob(layer)).isInstanceOf(Lookup.Absent.class);
    first.close();
  }

  @Test
  void fetchThatFailsForOneUpstreamIsBegunAnewWithAnother() throws Exception {
    try (FakeUpstream other = FakeUpstream.start()) {
      other.putBlob("app", LAYER);
      upstream.delete("app", layer);
      upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(Fault.BEFORE_HEAD, release));
      FutureTask<Lookup<MirroredBlob>> first =
          start(1, () -> mirrors.mirror(upstream, "app").blob(layer)).getFirst();
      upstream.awaitRequests(TestMirrors::getsBlob, 1);
      FutureTask<byte[]> second =
          start(1, () -> read(mirrors.mirror(other, "app").blob(layer))).getFirst();
      other.awaitRequests(TestMirrors::headsBlob, 1);
      release.countDown();
      assertThat(result(first)).isInstanceOf(Lookup.Absent.class);
      assertThat(result(second)).isEqualTo(LAYER);
    }
  }

  @Test
  void absentBlobIsNotAskedForAgainAtOnce() throws Exception {
    Digest missing = Digest.sha256(new byte[] {1});
    Mirror app = mirrors.mirror(upstream, "app");
    assertThat(app.blob(missing)).isInstanceOf(Lookup.Absent.class);
    assertThat(app.blob(missing)).isInstanceOf(Lookup.Absent.class);
    assertThat(app.blobSize(missing)).isInstanceOf(Lookup.Absent.class);
    assertThat(upstream.requests(SeenRequest::isBlob)).hasSize(1);
    mirrors.pass(TestMirrors.ABSENT);
    upstream.putBlob("app", new byte[] {1});
    assertThat(read(app.blob(missing))).containsExactly(1);
  }

  @Test
  void lengthIsAskedForOnceAndFetchesNothing() throws Exception {
    Mirror app = mirrors.mirror(upstream, "app");
    assertThat(found(app.blobSize(layer)).value()).isEqualTo(LENGTH);
    assertThat(found(app.blobSize(layer)).value()).isEqualTo(LENGTH);
    assertThat(upstream.requests(TestMirrors::headsBlob)).hasSize(1);
    assertThat(upstream.requests(TestMirrors::getsBlob)).isEmpty();
    read(app.blob(layer));
    upstream.vanish();
    mirrors.restart();
    Lookup<Long> stored = mirrors.mirror(upstream, "app").blobSize(layer);
    assertThat(stored)
        .isEqualTo(new Lookup.Found<>((long) LENGTH, Source.HIT, found(stored).warning()));
  }

  @Test
  void lengthOfAFetchInProgressIsKnownWithoutAsking() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(200_000, release));
    Mirror app = mirrors.mirror(upstream, "app");
    found(app.blob(layer)).value().close();
    assertThat(found(app.blobSize(layer)).value()).isEqualTo(LENGTH);
    assertThat(upstream.requests(TestMirrors::headsBlob)).isEmpty();
  }

  @Test
  void refusalAndFailureAreToldApart() {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Status(403));
    assertThat(mirrors.mirror(upstream, "app").blob(layer)).isInstanceOf(Lookup.Refused.class);
    upstream.vanish();
    assertThat(mirrors.mirror(upstream, "app").blob(layer)).isInstanceOf(Lookup.Unavailable.class);
  }

  @Test
  void storedBlobIsServedWithoutTheUpstream() throws Exception {
    read(mirrors.mirror(upstream, "app").blob(layer));
    upstream.vanish();
    mirrors.restart();
    assertThat(read(mirrors.mirror(upstream, "app").blob(layer))).isEqualTo(LAYER);
  }
}
