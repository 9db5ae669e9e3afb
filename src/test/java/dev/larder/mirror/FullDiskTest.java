package dev.larder.mirror;

import static dev.larder.mirror.TestMirrors.found;
import static dev.larder.mirror.TestMirrors.read;
import static dev.larder.mirror.TestMirrors.result;
import static dev.larder.mirror.TestMirrors.sink;
import static dev.larder.mirror.TestMirrors.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import dev.larder.store.Eviction;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.TestImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Blobs for which there is no room, on the disk or in the cache. */
@Timeout(60)
class FullDiskTest {
  private static final int LENGTH = 1_000_000;
  private static final byte[] LAYER = TestImages.bytes(1, LENGTH);

  @TempDir Path folder;
  private final FakeUpstream upstream = FakeUpstream.start();
  private final CountDownLatch evicted = new CountDownLatch(1);
  private TestMirrors mirrors;
  private Digest layer;

  @BeforeEach
  void open() throws Exception {
    mirrors = new TestMirrors(folder, TestMirrors.PATIENT);
    layer = upstream.putBlob("app", LAYER);
  }

  @AfterEach
  void close() throws Exception {
    upstream.close();
    mirrors.close();
  }

  private Mirror app() {
    return mirrors.mirror(upstream, "app");
  }

  private boolean isKept(Digest digest) throws IOException {
    return mirrors.store().blobSize(app().key(), digest).isPresent();
  }

  private void startEvicting() {
    mirrors.evictor().addListener(_ -> evicted.countDown());
    mirrors.evictor().start();
  }

  @Test
  void aBlobThatFindsNoRoomOnItsWayArrivesAllTheSame() throws Exception {
    mirrors.blobs().limit(500_000);

    assertThat(read(app().blob(layer))).isEqualTo(LAYER);
    assertThat(isKept(layer)).isFalse();

    mirrors.blobs().limit(Long.MAX_VALUE);
    assertThat(read(app().blob(layer))).isEqualTo(LAYER);
    assertThat(isKept(layer)).isTrue();
  }

  @Test
  void allWhoFollowAFetchGetTheRestThatFindsNoRoom() throws Exception {
    mirrors.blobs().limit(700_000);

    for (FutureTask<byte[]> pull : start(10, () -> read(app().blob(layer)))) {
      assertThat(result(pull)).isEqualTo(LAYER);
    }
  }

  @Test
  void partsOfItArriveWithoutWhatStandsBeforeThem() throws Exception {
    mirrors.blobs().limit(0);

    try (MirroredBlob blob = found(app().blob(layer)).value()) {
      assertThat(read(blob, 900_000, 50_000))
          .isEqualTo(Arrays.copyOfRange(LAYER, 900_000, 950_000));
      assertThat(read(blob, 950_000, 50_000)).isEqualTo(Arrays.copyOfRange(LAYER, 950_000, LENGTH));
    }
    assertThat(upstream.requests(TestMirrors::getsBlob))
        .anySatisfy(request -> assertThat(request.header("Range")).contains("bytes=900000-"));
  }

  @Test
  void wrongBytesThatArentKeptNeverArriveWhole() throws Exception {
    mirrors.blobs().limit(0);
    upstream.fail(TestMirrors::getsBlob, new Fault.WrongBytes());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    try (MirroredBlob blob = found(app().blob(layer)).value()) {
      assertThatThrownBy(() -> ((MirroredBlob.Arriving) blob).writeTo(0, LENGTH, sink(bytes)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("other bytes");
    }
    assertThat(bytes.size()).isEqualTo(LENGTH - Progress.HELD_BACK);
  }

  @Test
  void whatWasUsedLeastRecentlyMakesRoomFirst() throws Exception {
    TestImages.Image old = TestImages.image("old", 1000);
    upstream.putImage("app", "old", old);
    found(app().manifest(new Tag("old")));
    read(app().blob(old.layer(0)));
    mirrors.blobs().limit(500_000);
    mirrors.evictor().addListener(_ -> mirrors.blobs().limit(Long.MAX_VALUE));
    startEvicting();

    assertThat(read(app().blob(layer))).isEqualTo(LAYER);

    assertThat(isKept(layer)).isTrue();
    assertThat(isKept(old.layer(0))).isFalse();
  }

  @Test
  void aBlobThatIsMoreThanTheCacheMayHaveIsPassedOn() throws Exception {
    mirrors.limitCache(LENGTH - 1);
    assertThat(read(app().blob(layer))).isEqualTo(LAYER);
    assertThat(isKept(layer)).isFalse();

    mirrors.limitCache(LENGTH);
    assertThat(read(app().blob(layer))).isEqualTo(LAYER);
    assertThat(isKept(layer)).isTrue();
  }

  @Test
  void anEvictedImageIsNotServedFromMemory() throws Exception {
    TestImages.Image old = TestImages.image("old", 1000);
    upstream.putImage("app", "old", old);
    mirrors.limitCache(LENGTH + 500);
    startEvicting();
    found(app().manifest(new Tag("old")));
    read(app().blob(old.layer(0)));

    read(app().blob(layer));
    evicted.await();

    assertThat(app().ready(new Tag("old"))).isEmpty();
    assertThat(app().ready(old.digest())).isEmpty();
    upstream.vanish();
    assertThat(app().manifest(old.digest())).isInstanceOf(Lookup.Unavailable.class);
  }

  @Test
  void whatIsEvictedIsFetchedAgain() throws Exception {
    TestImages.Image old = TestImages.image("old", 1000);
    upstream.putImage("app", "old", old);
    mirrors.limitCache(LENGTH + 500);
    CountDownLatch both = new CountDownLatch(2);
    mirrors.evictor().addListener((Eviction _) -> both.countDown());
    startEvicting();
    found(app().manifest(new Tag("old")));
    read(app().blob(old.layer(0)));
    read(app().blob(layer));
    evicted.await();

    assertThat(found(app().manifest(new Tag("old"))).source()).isEqualTo(Source.MISS);
    assertThat(read(app().blob(old.layer(0)))).isEqualTo(old.layers().getFirst());
    both.await();
    assertThat(isKept(layer)).isFalse();
    assertThat(isKept(old.layer(0))).isTrue();
  }
}
