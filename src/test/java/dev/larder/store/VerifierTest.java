package dev.larder.store;

import static dev.larder.store.BlobStoreContract.content;
import static dev.larder.store.BlobStoreContract.readAll;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.Digest.Algorithm;
import dev.larder.oci.Manifest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.file.FileBlobStore;
import dev.larder.store.sql.SqliteCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierTest {
  private static final RepositoryKey APP = RepositoryKey.hosted(new RepositoryName("app"));
  private static final RepositoryKey MIRROR =
      RepositoryKey.mirrored(new RegistryName("quay.io"), new RepositoryName("app"));
  private static final UpkeepProgress UNSEEN = (what, done, total) -> {};
  private static final byte[] CONTENT = content(1, 3_000_000);
  private static final Digest DIGEST = Digest.sha256(CONTENT);

  @TempDir Path folder;
  private FileBlobStore blobs;
  private SqliteCatalog catalog;
  private Store store;

  @BeforeEach
  void open() throws IOException {
    blobs = new FileBlobStore(folder);
    catalog = new SqliteCatalog(folder.resolve("catalog.db"), InstantSource.system());
    store = new Store(blobs, catalog);
  }

  @AfterEach
  void close() throws IOException {
    catalog.close();
  }

  private Verification verify() throws IOException {
    return new Verifier(store).verify(count -> {}, UNSEEN);
  }

  private StoredManifest push() throws Exception {
    try (IncomingBlob incoming = store.create()) {
      incoming.append(ByteBuffer.wrap(CONTENT));
      store.commit(APP, incoming, DIGEST);
    }
    byte[] bytes = "{\"an\":\"image\"}".getBytes(UTF_8);
    StoredManifest manifest =
        new StoredManifest(Digest.sha256(bytes), MediaType.OCI_MANIFEST, bytes);
    Manifest image =
        new Manifest.Image(
            MediaType.OCI_MANIFEST,
            new Descriptor(new MediaType("application/json"), DIGEST, CONTENT.length),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Map.of());
    assertThat(store.putCompleteManifest(APP, manifest, image, Optional.of(new Tag("1"))))
        .isEmpty();
    return manifest;
  }

  private Path file() {
    String hex = DIGEST.hex();
    return folder.resolve("blobs/sha256").resolve(hex.substring(0, 2)).resolve(hex);
  }

  private void flip(long position) throws IOException {
    try (var channel =
        Files.newByteChannel(file(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.position(position).read(one);
      one.put(0, (byte) ~one.get(0)).flip();
      channel.position(position).write(one);
    }
  }

  @Test
  void whatIsRightStays() throws Exception {
    StoredManifest manifest = push();

    Verification done = verify();

    assertThat(done.isClean()).isTrue();
    assertThat(done.blobs()).isEqualTo(1);
    assertThat(done.manifests()).isEqualTo(1);
    assertThat(done.bytes()).isEqualTo(CONTENT.length + manifest.content().length);
    assertThat(folder.resolve("quarantine")).doesNotExist();
    assertThat(readAll(store.openBlob(APP, DIGEST).orElseThrow())).isEqualTo(CONTENT);
  }

  @Test
  void aFlippedByteSetsABlobAsideAndNamesTheImagesThatLackIt() throws Exception {
    push();
    store.link(MIRROR, DIGEST);
    flip(2_345_678);
    Blob reader = store.openBlob(APP, DIGEST).orElseThrow();

    Verification done = verify();

    assertThat(done.problems())
        .containsExactly("the blob %s has other bytes, and is in quarantine".formatted(DIGEST));
    assertThat(done.missing())
        .extracting(MissingPart::image, MissingPart::part)
        .containsExactly(tuple("app:1", DIGEST));
    assertThat(store.openBlob(APP, DIGEST)).isEmpty();
    assertThat(catalog.isBlobLinked(DIGEST)).isFalse();
    assertThat(folder.resolve("quarantine/sha256-" + DIGEST.hex())).hasSize(CONTENT.length);
    assertThat(readAll(reader)).hasSize(CONTENT.length);

    assertThat(verify().problems()).isEmpty();
    assertThat(verify().isClean()).isFalse();
    push();
    assertThat(verify().isClean()).isTrue();
  }

  @Test
  void aBlobThatIsTooShortOrNotThereIsFound() throws Exception {
    push();
    Files.write(file(), new byte[10]);
    assertThat(verify().problems()).singleElement().asString().contains("has other bytes");
    push();
    Files.delete(file());

    assertThat(verify().problems())
        .containsExactly("the file of the blob %s is missing".formatted(DIGEST));
    assertThat(catalog.isBlobLinked(DIGEST)).isFalse();
  }

  @Test
  void aDamagedManifestIsNotServedAndIsSetAside() throws Exception {
    StoredManifest manifest = push();
    catalog.close();
    try (Connection database =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("catalog.db"));
        Statement statement = database.createStatement()) {
      statement.executeUpdate("UPDATE manifests SET content = x'7b7d'");
    }
    open();
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> catalog.manifest(APP, manifest.digest()))
        .withMessageContaining("larder verify");

    Verification done = verify();

    assertThat(done.problems())
        .containsExactly(
            "the manifest %s has other bytes, and is in quarantine; it was app:1"
                .formatted(manifest.digest()));
    assertThat(catalog.manifest(APP, manifest.digest())).isEmpty();
    assertThat(catalog.tag(APP, new Tag("1"))).isEmpty();
    assertThat(folder.resolve("quarantine/sha256-" + manifest.digest().hex()))
        .hasBinaryContent("{}".getBytes(UTF_8));
  }

  @Test
  void aBlobThatCameAnewSinceItWasReadStays() throws Exception {
    push();
    flip(0);
    List<Long> reads = new ArrayList<>();

    Verification done =
        new Verifier(store)
            .verify(
                count -> {
                  if (reads.size() == 2) {
                    // The blob is open by now, with its wrong bytes.
                    replace();
                  }
                  reads.add(count);
                },
                UNSEEN);

    assertThat(done.isClean()).isTrue();
    assertThat(readAll(store.openBlob(APP, DIGEST).orElseThrow())).isEqualTo(CONTENT);
  }

  private void replace() {
    try {
      blobs.delete(DIGEST);
      BlobStoreContract.put(blobs, Algorithm.SHA256, CONTENT);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aPaceKeepsToItsRateAndEndsWhenItIsToEnd() {
    List<Duration> slept = new ArrayList<>();
    Instant[] now = {Instant.EPOCH};
    Pace pace =
        new Pace(
            1000,
            () -> now[0],
            time -> {
              slept.add(time);
              now[0] = now[0].plus(time);
              return slept.size() == 3;
            });

    pace.accept(500);
    pace.accept(2000);
    now[0] = now[0].plusSeconds(1);
    pace.accept(100);

    assertThat(slept).containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1));
    assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> pace.accept(1));
  }

  @Test
  void itVerifiesByItselfWhenTheLastTimeIsLongEnoughAgo() throws Exception {
    push();
    flip(0);
    Instant[] now = {Instant.EPOCH.plusSeconds(1000)};
    catalog.close();
    catalog = new SqliteCatalog(folder.resolve("catalog.db"), () -> now[0]);
    store = new Store(blobs, catalog);
    Housekeeping.Schedule schedule =
        new Housekeeping.Schedule(
            Duration.ofHours(1), Duration.ofHours(1), Optional.of(Duration.ofDays(7)), 1L << 40);
    Housekeeping housekeeping = new Housekeeping(store, schedule, () -> now[0]);

    housekeeping.verifyIfDue();
    now[0] = now[0].plus(Duration.ofDays(7)).minusSeconds(1);
    housekeeping.verifyIfDue();
    assertThat(catalog.isBlobLinked(DIGEST)).isTrue();

    now[0] = now[0].plusSeconds(1);
    housekeeping.verifyIfDue();
    assertThat(catalog.isBlobLinked(DIGEST)).isFalse();
    housekeeping.start();
    housekeeping.close();
  }
}
