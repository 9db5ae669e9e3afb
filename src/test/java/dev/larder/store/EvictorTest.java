package dev.larder.store;

import static dev.larder.store.BlobStoreContract.content;
import static dev.larder.store.BlobStoreContract.readAll;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.Manifest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.Eviction.Reason;
import dev.larder.store.file.FileBlobStore;
import dev.larder.store.sql.SqliteCatalog;
import dev.larder.testing.FaultyBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EvictorTest {
  private static final RegistryName QUAY = new RegistryName("quay.io");
  private static final RepositoryKey MIRROR =
      RepositoryKey.mirrored(QUAY, new RepositoryName("app"));
  private static final RepositoryKey OTHER =
      RepositoryKey.mirrored(new RegistryName("ghcr.io"), new RepositoryName("app"));
  private static final RepositoryKey HOSTED = RepositoryKey.hosted(new RepositoryName("app"));
  private static final int LAYER = 1000;
  private static final Duration LONG = Duration.ofDays(1);

  @TempDir Path folder;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private SqliteCatalog catalog;
  private Store store;
  private final List<Eviction> evictions = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    catalog = new SqliteCatalog(folder.resolve("catalog.db"), () -> now);
    store = new Store(new FileBlobStore(folder), catalog);
  }

  @AfterEach
  void close() throws IOException {
    catalog.close();
  }

  private Evictor evictor(CacheLimits limits, Runnable keepCounts) {
    Evictor evictor =
        new Evictor(store, limits, () -> new Disk(10_000, 5_000), () -> now, keepCounts);
    evictor.addListener(evictions::add);
    return evictor;
  }

  private void evictDownFrom(long bytes) throws IOException {
    evictor(new CacheLimits(new CacheSize.Bytes(bytes), Map.of()), () -> {}).keepWithinLimits();
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  private static Digest layer(int seed) {
    return Digest.sha256(content(seed, LAYER));
  }

  private void link(RepositoryKey repository, int seed)
      throws IOException, DigestMismatchException {
    byte[] content = content(seed, LAYER);
    try (IncomingBlob incoming = store.create()) {
      incoming.append(ByteBuffer.wrap(content));
      store.commit(repository, incoming, Digest.sha256(content));
    }
  }

  private static Descriptor descriptor(Digest digest, MediaType type) {
    return new Descriptor(type, digest, LAYER);
  }

  private static Digest manifest(String name) {
    return Digest.sha256(name.getBytes(UTF_8));
  }

  /** An image of these layers, with its layers, a second after whatever came before. */
  private Digest pull(RepositoryKey repository, String name, Integer... layers)
      throws IOException, DigestMismatchException {
    pass(Duration.ofSeconds(1));
    Manifest image =
        new Manifest.Image(
            MediaType.OCI_MANIFEST,
            descriptor(layer(layers[0]), new MediaType("application/json")),
            Arrays.stream(layers)
                .skip(1)
                .map(seed -> descriptor(layer(seed), new MediaType("application/tar")))
                .toList(),
            Optional.empty(),
            Optional.empty(),
            Map.of());
    store.putManifest(
        repository,
        new StoredManifest(manifest(name), MediaType.OCI_MANIFEST, name.getBytes(UTF_8)),
        Optional.of(image),
        Optional.of(new Tag(name)));
    for (int seed : layers) {
      link(repository, seed);
    }
    return manifest(name);
  }

  private void putIndex(String name, Digest... children) {
    pass(Duration.ofSeconds(1));
    store.putManifest(
        MIRROR,
        new StoredManifest(manifest(name), MediaType.OCI_INDEX, name.getBytes(UTF_8)),
        Optional.of(
            new Manifest.Index(
                MediaType.OCI_INDEX,
                Arrays.stream(children)
                    .map(child -> descriptor(child, MediaType.OCI_MANIFEST))
                    .toList(),
                Optional.empty(),
                Optional.empty(),
                Map.of())),
        Optional.of(new Tag(name)));
  }

  private void use(RepositoryKey repository, String tag) {
    pass(Duration.ofSeconds(1));
    catalog
        .statistics()
        .add(LocalDate.EPOCH, Map.of(), List.of(new Pulls(repository, new Tag(tag), 1, now)));
  }

  private List<String> tags(RepositoryKey repository) {
    return catalog.tags(repository, Optional.empty(), 100).stream().map(Tag::value).toList();
  }

  private boolean isHere(int seed) throws IOException {
    return store.blobs().size(layer(seed)).isPresent();
  }

  @Test
  void theImageThatWasUsedLeastRecentlyGoesWithItsLayers() throws Exception {
    pull(MIRROR, "a", 1, 2);
    pull(MIRROR, "b", 3, 4);
    pull(MIRROR, "c", 5, 6);
    use(MIRROR, "a");

    evictDownFrom(5 * LAYER);

    assertThat(tags(MIRROR)).containsExactly("a", "c");
    assertThat(isHere(3)).isFalse();
    assertThat(isHere(4)).isFalse();
    assertThat(isHere(1)).isTrue();
    assertThat(isHere(6)).isTrue();
    assertThat(catalog.mirroredBytes()).isEqualTo(4 * LAYER);
    assertThat(evictions)
        .singleElement()
        .satisfies(
            eviction -> {
              assertThat(eviction.content().digest()).isEqualTo(manifest("b"));
              assertThat(eviction.tags()).containsExactly(new Tag("b"));
              assertThat(eviction.bytes()).isEqualTo(2 * LAYER);
              assertThat(eviction.reason()).isEqualTo(Reason.ROOM);
            });
  }

  @Test
  void nothingGoesAsLongAsThereIsRoom() throws Exception {
    pull(MIRROR, "a", 1, 2);

    evictDownFrom(LAYER * 22 / 10);

    assertThat(tags(MIRROR)).containsExactly("a");
    assertThat(evictions).isEmpty();
  }

  @Test
  void aLayerStaysAsLongAsAnotherImageHasIt() throws Exception {
    pull(MIRROR, "a", 1, 2);
    pull(MIRROR, "b", 2, 3);
    pull(OTHER, "c", 1, 4);

    evictDownFrom(LAYER * 7 / 2);

    assertThat(tags(MIRROR)).isEmpty();
    assertThat(tags(OTHER)).containsExactly("c");
    assertThat(isHere(1)).isTrue();
    assertThat(isHere(2)).isFalse();
    assertThat(store.openBlob(MIRROR, layer(1))).isEmpty();
  }

  @Test
  void whatIsHostedStaysAndDoesNotCount() throws Exception {
    pull(HOSTED, "a", 1, 2);
    pull(MIRROR, "a", 1, 3);
    assertThat(catalog.mirroredBytes()).isEqualTo(LAYER);

    evictDownFrom(0);

    assertThat(tags(HOSTED)).containsExactly("a");
    assertThat(isHere(1)).isTrue();
    assertThat(isHere(3)).isFalse();
    assertThat(catalog.mirroredBytes()).isZero();
  }

  @Test
  void whatIsMountedIntoAHostedRepositoryIsNotTheCachesAnyMore() throws Exception {
    pull(MIRROR, "a", 1, 2);

    assertThat(store.mount(MIRROR, HOSTED, layer(1))).isTrue();

    assertThat(catalog.mirroredBytes()).isEqualTo(LAYER);
  }

  @Test
  void whatIsPinnedStaysWithAllThatItLists() throws Exception {
    Digest amd64 = pull(MIRROR, "amd64", 1, 2);
    pull(MIRROR, "other", 3, 4);
    putIndex("index", amd64);
    catalog.deleteTag(MIRROR, new Tag("amd64"));
    catalog.pin(new Pin(MIRROR, new Tag("index")));

    evictDownFrom(0);

    assertThat(tags(MIRROR)).containsExactly("index");
    assertThat(catalog.manifest(MIRROR, amd64)).isPresent();
    assertThat(isHere(2)).isTrue();
    assertThat(isHere(4)).isFalse();

    assertThat(catalog.unpin(new Pin(MIRROR, new Tag("index")))).isTrue();
    evictDownFrom(0);

    assertThat(isHere(2)).isFalse();
  }

  @Test
  void aPinOfATagHoldsWhatTheTagNamesNow() throws Exception {
    pull(MIRROR, "old", 1);
    catalog.pin(new Pin(MIRROR, new Tag("latest")));
    Digest fresh = pull(MIRROR, "new", 2);
    store.putManifest(
        MIRROR,
        catalog.manifest(MIRROR, fresh).orElseThrow(),
        Optional.empty(),
        Optional.of(new Tag("latest")));

    evictDownFrom(0);

    assertThat(tags(MIRROR)).containsExactly("latest", "new");
  }

  @Test
  void whatIsReadOrFetchedNowStays() throws Exception {
    pull(MIRROR, "read", 1, 2);
    pull(MIRROR, "fetched", 3, 4);
    pull(MIRROR, "idle", 5, 6);
    Blob blob = store.openBlob(MIRROR, layer(2)).orElseThrow();
    try (var _ = store.use(layer(4))) {
      evictDownFrom(0);
      assertThat(tags(MIRROR)).containsExactly("fetched", "read");
    }
    blob.close();
    blob.close(); // which ends no other's use

    evictDownFrom(0);

    assertThat(tags(MIRROR)).isEmpty();
  }

  @Test
  void aReaderThatHasBegunFinishesWhateverGoes() throws Exception {
    pull(MIRROR, "a", 1);
    try (Blob blob = store.blobs().open(layer(1)).orElseThrow()) { // just before it is known
      evictDownFrom(0);
      assertThat(isHere(1)).isFalse();
      assertThat(readAll(blob)).isEqualTo(content(1, LAYER));
    }
  }

  @Test
  void aBlobThatNoImageRefersToGoesInItsTurn() throws Exception {
    pull(MIRROR, "a", 1);
    pass(Duration.ofSeconds(1));
    link(MIRROR, 7);
    pull(MIRROR, "b", 2);
    use(MIRROR, "a");

    evictDownFrom(LAYER * 5 / 2);

    assertThat(isHere(7)).isFalse();
    assertThat(tags(MIRROR)).containsExactly("a", "b");
  }

  @Test
  void aBlobThatCameBeforeItsImageGoesWithIt() throws Exception {
    link(MIRROR, 1);
    pull(MIRROR, "b", 2);
    pull(MIRROR, "a", 1);

    evictDownFrom(LAYER * 3 / 2);

    assertThat(isHere(1)).isTrue();
    assertThat(tags(MIRROR)).containsExactly("a");
  }

  @Test
  void usingAnIndexUsesItsImages() throws Exception {
    Digest child = pull(MIRROR, "child", 1);
    catalog.deleteTag(MIRROR, new Tag("child"));
    putIndex("index", child);
    pull(MIRROR, "b", 2);
    use(MIRROR, "index");

    evictDownFrom(LAYER * 3 / 2);

    assertThat(tags(MIRROR)).containsExactly("index");
    assertThat(isHere(1)).isTrue();
  }

  @Test
  void whatWasUsedSinceTheLastCountIsKnownBeforeAnythingGoes() throws Exception {
    pull(MIRROR, "a", 1);
    pull(MIRROR, "b", 2);

    evictor(new CacheLimits(new CacheSize.Bytes(LAYER * 3 / 2), Map.of()), () -> use(MIRROR, "a"))
        .keepWithinLimits();

    assertThat(tags(MIRROR)).containsExactly("a");
  }

  @Test
  void whatWasNotUsedForLongerThanItsUpstreamIsKeptGoes() throws Exception {
    pull(MIRROR, "old", 1);
    pull(OTHER, "old", 2);
    pass(Duration.ofDays(6));
    pull(MIRROR, "new", 3);
    pass(Duration.ofDays(2));

    evictor(
            new CacheLimits(new CacheSize.Bytes(100 * LAYER), Map.of(QUAY, Duration.ofDays(7))),
            () -> {})
        .keepWithinLimits();

    assertThat(tags(MIRROR)).containsExactly("new");
    assertThat(tags(OTHER)).containsExactly("old");
    assertThat(evictions).extracting(Eviction::reason).containsExactly(Reason.UNUSED);
  }

  @Test
  void whatIsOnItsWayHasRoomMadeForIt() throws Exception {
    pull(MIRROR, "a", 1);
    pull(MIRROR, "b", 2);
    Evictor evictor = evictor(new CacheLimits(new CacheSize.Bytes(3 * LAYER), Map.of()), () -> {});

    try (var _ = evictor.admit(2 * LAYER).orElseThrow()) {
      assertThat(evictor.admit(2 * LAYER)).isEmpty(); // two of that are more than the cache
      evictor.keepWithinLimits();
    }

    assertThat(tags(MIRROR)).isEmpty();
    assertThat(evictor.admit(3 * LAYER)).isPresent();
  }

  @Test
  void aBlobThatIsSaidToBeEndlessHasNoRoomWhateverElseIsOnItsWay() {
    Evictor evictor = evictor(new CacheLimits(new CacheSize.Bytes(3 * LAYER), Map.of()), () -> {});

    try (var _ = evictor.admit(LAYER).orElseThrow()) {
      assertThat(evictor.admit(Long.MAX_VALUE)).isEmpty();
      assertThat(evictor.admit(3 * LAYER)).isEmpty();
      assertThat(evictor.admit(2 * LAYER)).isPresent();
    }
  }

  @Test
  void whatHasExpiredIsntLookedForAtEachChange() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    CacheLimits limits = new CacheLimits(new CacheSize.Bytes(1 << 20), Map.of(QUAY, LONG));
    Evictor evictor = evictor(limits, looks::incrementAndGet);

    evictor.keepWithinLimits();
    evictor.keepWithinLimits();
    assertThat(looks).hasValue(1);
    pass(LONG);
    evictor.keepWithinLimits();
    assertThat(looks).hasValue(2);
  }

  @Test
  void aFullDiskFreesWhatItIsAskedFor() throws Exception {
    pull(MIRROR, "a", 1);
    Evictor evictor = evictor(CacheLimits.DEFAULT, () -> {});

    assertThat(evictor.makeRoom(1)).isTrue();
    assertThat(evictor.makeRoom(1)).isFalse();

    assertThat(tags(MIRROR)).isEmpty();
    assertThat(evictions).extracting(Eviction::reason).containsExactly(Reason.FULL_DISK);
  }

  @Test
  void whoeverWritesToAFullDiskHasRoomMadeAsLongAsSomethingCanGo() throws Exception {
    FaultyBlobStore blobs = FaultyBlobStore.full(new FileBlobStore(folder.resolve("full")));
    Store full = new Store(blobs, catalog);
    byte[] content = content(1, LAYER);
    try (IncomingBlob incoming = full.create()) {
      assertThatThrownBy(() -> full.append(incoming, ByteBuffer.wrap(content)))
          .satisfies(e -> assertThat(FullDisk.isCause(e)).isTrue());

      List<Long> asked = new ArrayList<>();
      full.whenFull(
          bytes -> {
            asked.add(bytes);
            blobs.limit(asked.size() == 2 ? LAYER : 0);
            return true;
          });
      full.append(incoming, ByteBuffer.wrap(content));

      assertThat(asked).containsExactly((long) LAYER, (long) LAYER);
      full.commit(HOSTED, incoming, layer(1));
    }
    assertThat(full.blobSize(HOSTED, layer(1))).hasValue(LAYER);
  }

  @Test
  void aCacheMayHaveAsMuchAsItLeavesFreeUnlessSaidOtherwise() {
    Disk disk = new Disk(1000, 300);
    assertThat(new CacheSize.HalfOfRoom().capacity(100, disk)).isEqualTo(200);
    assertThat(new CacheSize.Share(60).capacity(100, disk)).isEqualTo(600);
    assertThat(new CacheSize.Bytes(70).capacity(100, disk)).isEqualTo(70);
  }
}
