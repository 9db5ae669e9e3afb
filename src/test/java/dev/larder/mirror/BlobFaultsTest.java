package dev.larder.mirror;

import static dev.larder.mirror.TestMirrors.assertBreaksOff;
import static dev.larder.mirror.TestMirrors.found;
import static dev.larder.mirror.TestMirrors.read;
import static dev.larder.mirror.TestMirrors.result;
import static dev.larder.mirror.TestMirrors.sink;
import static dev.larder.mirror.TestMirrors.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import dev.larder.store.IncomingBlob;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.TestImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upstreams that break off, stall, lie and vanish while a blob is fetched. */
class BlobFaultsTest {
  private static final int LENGTH = 1_000_000;
  private static final byte[] LAYER = TestImages.bytes(1, LENGTH);

  @TempDir Path folder;
  private final FakeUpstream upstream = FakeUpstream.start();
  private final CountDownLatch release = new CountDownLatch(1);
  private TestMirrors mirrors;
  private Digest layer;

  @BeforeEach
  void open() throws Exception {
    mirrors = new TestMirrors(folder, Duration.ofMillis(500));
    layer = upstream.putBlob("app", LAYER);
  }

  @AfterEach
  void close() throws Exception {
    release.countDown();
    upstream.close();
    mirrors.close();
  }

  private Lookup<MirroredBlob> pull() {
    return mirrors.mirror(upstream, "app").blob(layer);
  }

  private List<String> ranges() {
    return upstream.requests(TestMirrors::getsBlob).stream()
        .map(request -> request.header("Range").orElse("all"))
        .toList();
  }

  @Test
  void blobThatIsCutThreeTimesArrivesWholeAndIsSentOnce() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 3, new Fault.Cut(300_000));
    assertThat(read(pull())).isEqualTo(LAYER);
    assertThat(ranges()).containsExactly("all", "bytes=300000-", "bytes=600000-", "bytes=900000-");
    assertThat(upstream.bytesSent()).isEqualTo(LENGTH);
  }

  @Test
  void upstreamThatBreaksOffAfterAFewBytesEachTimeIsntAskedForEachFew() throws Exception {
    upstream.fail(TestMirrors::getsBlob, new Fault.Cut(1_000));
    assertBreaksOff(pull());
    assertThat(ranges()).containsExactly("all", "bytes=1000-", "bytes=2000-", "bytes=3000-");
  }

  @Test
  void manyReadersOfManyBlobsOnABadConnectionGetEachByteFetchedOnce() throws Exception {
    List<byte[]> contents =
        IntStream.range(0, 6).mapToObj(seed -> TestImages.bytes(seed, 300_000)).toList();
    List<Digest> blobs =
        contents.stream().map(content -> upstream.putBlob("app", content)).toList();
    upstream.fail(TestMirrors::getsBlob, 20, new Fault.Cut(100_000));
    Mirror app = mirrors.mirror(upstream, "app");
    List<FutureTask<byte[]>> pulls = new ArrayList<>();
    for (Digest blob : blobs) {
      pulls.addAll(start(10, () -> read(app.blob(blob))));
    }
    for (int i = 0; i < pulls.size(); i++) {
      assertThat(result(pulls.get(i))).isEqualTo(contents.get(i / 10));
    }
    assertThat(upstream.bytesSent()).isEqualTo(6 * 300_000);
  }

  @Test
  void restIsAskedForWithTheEtagOfWhatIsThere() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Cut(300_000));
    read(pull());
    assertThat(upstream.requests(TestMirrors::getsBlob).getLast().header("If-Range"))
        .contains("\"" + layer + "\"");
  }

  @Test
  void blobThatStallsIsAskedForOnAnotherConnection() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(300_000, release));
    assertThat(read(pull())).isEqualTo(LAYER);
    assertThat(ranges()).containsExactly("all", "bytes=300000-");
  }

  @Test
  void upstreamThatIsDownForAWhileIsAskedAgain() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Cut(300_000));
    upstream.fail(request -> request.header("Range").isPresent(), 2, new Fault.Status(503));
    assertThat(read(pull())).isEqualTo(LAYER);
    assertThat(ranges()).hasSize(4);
  }

  @Test
  void bytesThatAreThereAreSkippedWhereTheUpstreamKnowsNoRanges() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Cut(300_000));
    upstream.fail(request -> request.header("Range").isPresent(), new Fault.NoRanges());
    assertThat(read(pull())).isEqualTo(LAYER);
    assertThat(upstream.bytesSent()).isEqualTo(LENGTH + 300_000);
  }

  @Test
  void fetchThatGetsNoFurtherFailsAndIsGoneOnWithLater() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Cut(300_000));
    upstream.fail(request -> request.header("Range").isPresent(), 3, new Fault.Status(503));
    assertThat(pullInVain(layer)).isLessThanOrEqualTo(300_000);
    long sent = upstream.bytesSent();
    assertThat(read(pull())).isEqualTo(LAYER);
    assertThat(upstream.bytesSent() - sent).isEqualTo(LENGTH - 300_000);
  }

  @Test
  void wrongBytesNeverArriveWholeAndAreNeverStored() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.WrongBytes());
    assertThat(pullInVain(layer)).isLessThanOrEqualTo(LENGTH - (64 << 10));
    assertThat(mirrors.store().catalog().isBlobLinked(layer)).isFalse();
    Lookup<MirroredBlob> again = pull();
    assertThat(found(again).source()).isEqualTo(Source.MISS);
    assertThat(read(again)).isEqualTo(LAYER);
    assertThat(ranges()).containsExactly("all", "all");
  }

  @Test
  void noByteOfASmallWrongBlobArrives() throws Exception {
    Digest digest = upstream.putBlob("app", TestImages.bytes(3, 5_000));
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.WrongBytes());
    assertThat(pullInVain(digest)).isZero();
    assertThat(mirrors.store().catalog().isBlobLinked(digest)).isFalse();
  }

  @Test
  void lengthOtherThanTheManifestsIsRefusedAtOnce() throws Exception {
    TestImages.Image image = TestImages.image("x", 200_000);
    upstream.putImage("app", "1", image);
    Mirror app = mirrors.mirror(upstream, "app");
    found(app.manifest(new Tag("1")));
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.WrongLength(199_999));
    assertThat(app.blob(image.layer(0))).isInstanceOf(Lookup.Unavailable.class);
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.WrongLength(200_001));
    assertThat(app.blob(image.layer(0))).isInstanceOf(Lookup.Unavailable.class);
    assertThat(read(app.blob(image.layer(0)))).isEqualTo(image.layers().getFirst());
  }

  @Test
  void blobThatIsShorterThanAnnouncedFails() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.WrongLength(LENGTH + 70_000));
    assertThat(pullInVain(layer)).isLessThanOrEqualTo(LENGTH);
    assertThat(mirrors.store().catalog().isBlobLinked(layer)).isFalse();
  }

  @Test
  void blobThatIsLongerThanAnnouncedFails() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.WrongLength(LENGTH - 70_000));
    assertThat(pullInVain(layer)).isLessThan(LENGTH - 70_000);
    assertThat(mirrors.store().catalog().isBlobLinked(layer)).isFalse();
  }

  @Test
  void lengthThatTheUpstreamDoesNotSayIsTheManifests() throws Exception {
    TestImages.Image image = TestImages.image("x", 200_000);
    upstream.putImage("app", "1", image);
    Mirror app = mirrors.mirror(upstream, "app");
    found(app.manifest(new Tag("1")));
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Chunked());
    try (MirroredBlob blob = found(app.blob(image.layer(0))).value()) {
      assertThat(blob.size()).isEqualTo(200_000);
      assertThat(read(blob, 0, 200_000)).isEqualTo(image.layers().getFirst());
    }
  }

  @Test
  void blobOfUnknownLengthIsServedWhenItIsWhole() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Chunked());
    Lookup<MirroredBlob> blob = pull();
    assertThat(found(blob).value()).isInstanceOf(MirroredBlob.Whole.class);
    assertThat(read(blob)).isEqualTo(LAYER);
  }

  @Test
  void partialBlobIsTakenUpAfterARestart() throws Exception {
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(300_000, release));
    try (MirroredBlob blob = found(pull()).value()) {
      read(blob, 0, 300_000);
      FutureTask<byte[]> reader = start(1, () -> read(blob, 0, LENGTH)).getFirst();
      mirrors.restart();
      assertThatThrownBy(() -> result(reader)).hasCauseInstanceOf(IOException.class);
    }
    assertThat(read(pull())).isEqualTo(LAYER);
    assertThat(ranges()).containsExactly("all", "bytes=300000-");
  }

  @Test
  void partialBlobThatIsAllThereNeedsNoUpstream() throws Exception {
    TestImages.Image image = TestImages.image("x", 200_000);
    upstream.putImage("app", "1", image);
    found(mirrors.mirror(upstream, "app").manifest(new Tag("1")));
    leavePartial(image.layer(0), image.layers().getFirst());
    upstream.vanish();
    assertThat(read(mirrors.mirror(upstream, "app").blob(image.layer(0))))
        .isEqualTo(image.layers().getFirst());
  }

  @Test
  void partialBlobThatTurnsOutWrongIsFetchedAnewIfNobodyHasReadIt() throws Exception {
    byte[] content = TestImages.bytes(3, 50_000); // all of it is held back
    Digest digest = upstream.putBlob("app", content);
    leavePartial(digest, TestImages.bytes(4, 20_000));
    assertThat(read(mirrors.mirror(upstream, "app").blob(digest))).isEqualTo(content);
    assertThat(ranges()).containsExactly("bytes=20000-", "all");
  }

  @Test
  void partialBlobThatTurnsOutWrongIsNotFetchedAnewUnderAReader() throws Exception {
    leavePartial(layer, TestImages.bytes(4, 300_000));
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(100_000, release));
    try (MirroredBlob blob = found(pull()).value()) {
      read(blob, 0, 300_000);
      release.countDown();
      assertThatThrownBy(() -> read(blob, 0, LENGTH)).isInstanceOf(IOException.class);
    }
    assertThat(read(pull())).isEqualTo(LAYER);
    assertThat(ranges()).startsWith("bytes=300000-").endsWith("all");
  }

  @Test
  void partialBlobThatIsTooLongIsBegunAnew() throws Exception {
    leavePartial(layer, Arrays.copyOf(LAYER, LENGTH + 1));
    assertThat(read(pull())).isEqualTo(LAYER);
    assertThat(ranges()).containsExactly("bytes=%d-".formatted(LENGTH + 1), "all");
  }

  @Test
  void nothingIsFetchedOnceItIsClosed() throws Exception {
    Mirror app = mirrors.mirror(upstream, "app");
    mirrors.mirrors().close();
    assertThat(app.blob(layer)).isInstanceOf(Lookup.Unavailable.class);
    assertThat(upstream.requests()).isEmpty();
  }

  /**
   * Pulls a blob that can't be had whole: how many bytes of it arrived. If the fetch fails fast
   * enough, it isn't even promised.
   */
  private int pullInVain(Digest digest) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Lookup<MirroredBlob> lookup = mirrors.mirror(upstream, "app").blob(digest);
    if (lookup instanceof Lookup.Found<MirroredBlob>(MirroredBlob blob, var _, var _)) {
      assertThatThrownBy(() -> ((MirroredBlob.Arriving) blob).writeTo(0, blob.size(), sink(bytes)))
          .isInstanceOf(IOException.class);
      blob.close();
    } else {
      assertThat(lookup).isInstanceOf(Lookup.Unavailable.class);
      assertThat(lookup.message()).contains(digest.toString());
    }
    return bytes.size();
  }

  private void leavePartial(Digest digest, byte[] bytes) throws IOException {
    try (IncomingBlob partial = mirrors.store().resume(digest)) {
      partial.append(ByteBuffer.wrap(bytes));
    }
  }
}
