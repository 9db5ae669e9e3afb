package dev.larder.mirror;

import static dev.larder.mirror.TestMirrors.found;
import static dev.larder.mirror.TestMirrors.read;
import static dev.larder.mirror.TestMirrors.result;
import static dev.larder.mirror.TestMirrors.start;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import dev.larder.testing.FakePrivacy;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import dev.larder.upstream.ClientToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That nobody gets a blob of a private repository by naming it in another one. */
class PrivateBlobsTest {
  private static final TestImages.Image IMAGE = TestImages.image("secret", 1_000_000);
  private static final byte[] LAYER = IMAGE.layers().getFirst();
  private static final Digest DIGEST = IMAGE.layer(0);
  private static final Tag TAG = new Tag("1.0");

  @TempDir Path folder;
  private final FakeUpstream upstream = FakeUpstream.start();
  private final FakeUpstream elsewhere = FakeUpstream.start();
  private final FakePrivacy privacy = new FakePrivacy();
  private final CountDownLatch release = new CountDownLatch(1);
  private TestMirrors mirrors;

  @BeforeEach
  void open() throws IOException {
    mirrors = new TestMirrors(folder, TestMirrors.PATIENT);
    upstream.authenticate(privacy);
    upstream.putImage("app", "1.0", IMAGE);
    privacy.close("app");
    privacy.admit("alice", "app");
  }

  @AfterEach
  void close() throws IOException {
    release.countDown();
    upstream.close();
    elsewhere.close();
    mirrors.close();
  }

  @Test
  void aManifestElsewhereThatNamesItDoesNotGiveItAway() throws Exception {
    pull();
    for (FakeUpstream other : new FakeUpstream[] {upstream, elsewhere}) {
      namesOnly(other);
      assertThat(mirrors.mirror(other, "thief").blob(DIGEST)).isInstanceOf(Lookup.Absent.class);
    }
  }

  @Test
  void anUpstreamThatMerelyClaimsToHaveItDoesNotGetItEither() throws Exception {
    pull();
    elsewhere.putImage("thief", "1.0", IMAGE);
    elsewhere.fail(TestMirrors::getsBlob, new Fault.Status(404));
    found(mirrors.mirror(elsewhere, "thief").manifest(TAG));
    assertThat(mirrors.mirror(elsewhere, "thief").blob(DIGEST)).isInstanceOf(Lookup.Absent.class);
  }

  @Test
  void anotherRepositoryOfTheUpstreamHasItOnTheUpstreamsWord() throws Exception {
    pull();
    upstream.putImage("public", "1.0", IMAGE);
    found(mirrors.mirror(upstream, "public").manifest(TAG));
    assertThat(read(mirrors.mirror(upstream, "public").blob(DIGEST))).isEqualTo(LAYER);
    assertThat(upstream.requests(TestMirrors::getsBlob)).hasSize(1);
    assertThat(upstream.requests(TestMirrors::headsBlob)).hasSize(1);
  }

  @Test
  void anotherUpstreamHasItOnceItHasSentIt() throws Exception {
    pull();
    elsewhere.putImage("base", "1.0", IMAGE);
    found(mirrors.mirror(elsewhere, "base").manifest(TAG));
    assertThat(read(mirrors.mirror(elsewhere, "base").blob(DIGEST))).isEqualTo(LAYER);
    assertThat(elsewhere.requests(TestMirrors::getsBlob)).hasSize(1);
    // From then on it is nobody's secret.
    FakeUpstream third = elsewhere;
    namesOnly(third);
    assertThat(read(mirrors.mirror(third, "thief").blob(DIGEST))).isEqualTo(LAYER);
    assertThat(elsewhere.requests(TestMirrors::getsBlob)).hasSize(1);
  }

  @Test
  void whileItIsOnItsWayNobodyElsewhereFollows() throws Exception {
    namesOnly(elsewhere);
    found(alice().manifest(TAG));
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Stall(500_000, release));
    try (MirroredBlob first = found(alice().blob(DIGEST)).value()) {
      assertThat(first).isInstanceOf(MirroredBlob.Arriving.class);
      FutureTask<Lookup<MirroredBlob>> thief =
          start(1, () -> mirrors.mirror(elsewhere, "thief").blob(DIGEST)).getFirst();
      release.countDown();
      assertThat(result(thief)).isInstanceOf(Lookup.Absent.class);
      assertThat(read(first, 0, first.size())).isEqualTo(LAYER);
    }
  }

  @Test
  void whatCameOfItIsNotTakenUpElsewhere() throws Exception {
    found(alice().manifest(TAG));
    upstream.fail(TestMirrors::getsBlob, 1, new Fault.Cut(500_000));
    upstream.fail(TestMirrors::getsBlob, new Fault.Status(500));
    try (MirroredBlob broken = found(alice().blob(DIGEST)).value()) {
      assertThat(failure(broken)).isNotNull();
    }
    elsewhere.putImage("base", "1.0", IMAGE);
    assertThat(read(mirrors.mirror(elsewhere, "base").blob(DIGEST))).isEqualTo(LAYER);
    assertThat(elsewhere.requests(TestMirrors::getsBlob))
        .singleElement()
        .satisfies(request -> assertThat(request.header("Range")).isEmpty());
  }

  @Test
  void whatIsEverybodysIsTakenFromTheStoreForAPrivateOne() throws Exception {
    elsewhere.putImage("base", "1.0", IMAGE);
    read(mirrors.mirror(elsewhere, "base").blob(DIGEST));
    pull();
    assertThat(upstream.requests(request -> isFor(DIGEST, request))).isEmpty();
  }

  @Test
  void aTokenStaysBehindWhereARedirectLeads() throws Exception {
    var storage = elsewhere.putFile("/storage/layer", LAYER);
    upstream.fail(
        request -> TestMirrors.getsBlob(request) && isFor(DIGEST, request),
        new Fault.Redirect(storage));
    pull();
    assertThat(elsewhere.requests())
        .singleElement()
        .satisfies(request -> assertThat(request.header("Authorization")).isEmpty());
  }

  private static IOException failure(MirroredBlob blob) {
    try {
      ((MirroredBlob.Arriving) blob)
          .writeTo(0, blob.size(), TestMirrors.sink(new ByteArrayOutputStream()));
      throw new AssertionError("it has come whole");
    } catch (IOException e) {
      return e;
    }
  }

  /** Puts a manifest there that names the blob, but not the blob. */
  private void namesOnly(FakeUpstream other) {
    other.putManifest("thief", "1.0", IMAGE.mediaType(), IMAGE.manifest());
    Mirror thief = mirrors.mirror(other, "thief");
    assertThat(found(thief.manifest(TAG)).value().digest()).isEqualTo(IMAGE.digest());
  }

  private void pull() throws IOException {
    found(alice().manifest(TAG));
    assertThat(Arrays.equals(read(alice().blob(DIGEST)), LAYER)).isTrue();
  }

  private Mirror alice() {
    return mirrors
        .mirror(upstream, "app")
        .forClient(Optional.of(ClientToken.parse("Bearer alice").orElseThrow()));
  }

  private static boolean isFor(Digest digest, SeenRequest request) {
    return request.path().endsWith("/blobs/" + digest);
  }
}
