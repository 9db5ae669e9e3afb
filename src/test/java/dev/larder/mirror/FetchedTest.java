package dev.larder.mirror;

import static dev.larder.mirror.TestMirrors.assertBreaksOff;
import static dev.larder.mirror.TestMirrors.read;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What mirrors tell of their fetches. */
@Timeout(60)
class FetchedTest {
  private static final TestImages.Image IMAGE = TestImages.image("app", 1_000_000);
  private static final Digest LAYER = IMAGE.layer(0);

  @TempDir Path folder;
  private final FakeUpstream upstream = FakeUpstream.start();
  private TestMirrors mirrors;

  @BeforeEach
  void open() throws Exception {
    mirrors = new TestMirrors(folder, TestMirrors.PATIENT);
    upstream.putImage("app", "1", IMAGE);
  }

  @AfterEach
  void close() throws Exception {
    upstream.close();
    mirrors.close();
  }

  /** The first fetch of which that isn't known yet; a reader may have all of it a little sooner. */
  private Fetched next() {
    while (mirrors.fetched.isEmpty()) {
      Thread.onSpinWait();
    }
    return mirrors.fetched.remove();
  }

  @Test
  void manifestsAndBlobsThatCameAreToldOnceWithTheirBytes() throws Exception {
    Mirror app = mirrors.mirror(upstream, "app");
    for (int i = 0; i < 2; i++) {
      app.manifest(new Tag("1"));
      read(app.blob(LAYER));
    }

    Fetched manifest = next();
    assertThat(manifest.digest()).contains(IMAGE.digest());
    assertThat(manifest.mediaType()).contains(IMAGE.mediaType());
    assertThat(manifest.bytes()).isEqualTo(IMAGE.manifest().length);
    Fetched blob = next();
    assertThat(blob.blob()).isTrue();
    assertThat(blob.reference()).isEqualTo(LAYER);
    assertThat(blob.bytes()).isEqualTo(1_000_000);
    assertThat(blob.failure()).isEmpty();
    assertThat(mirrors.fetched).isEmpty();
  }

  @Test
  void oneThatFailedSaysWhyAndTheNextOneCountsOnlyTheRest() throws Exception {
    Mirror app = mirrors.mirror(upstream, "app");
    upstream.fail(SeenRequest::isBlob, 1, new Fault.Cut(300_000));
    upstream.fail(request -> request.header("Range").isPresent(), 3, new Fault.Status(503));
    assertBreaksOff(app.blob(LAYER));

    Fetched failed = next();
    assertThat(failed.bytes()).isEqualTo(300_000);
    assertThat(failed.failure().orElseThrow()).contains("503");

    read(app.blob(LAYER));
    Fetched rest = next();
    assertThat(rest.bytes()).isEqualTo(700_000);
    assertThat(rest.failure()).isEqualTo(Optional.empty());
  }

  @Test
  void anUpstreamThatCantBeAskedFailsAManifestAndOneThatHasntGotItDoesnt() {
    Mirror app = mirrors.mirror(upstream, "app");
    app.manifest(Digest.sha256(new byte[1]));
    upstream.vanish();
    app.manifest(Digest.sha256(new byte[2]));

    assertThat(next().reference()).isEqualTo(Digest.sha256(new byte[2]));
    assertThat(mirrors.fetched).isEmpty();
  }
}
