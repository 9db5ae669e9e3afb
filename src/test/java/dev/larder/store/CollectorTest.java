package dev.larder.store;

import static dev.larder.store.BlobStoreContract.content;
import static dev.larder.store.BlobStoreContract.readAll;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.Digest.Algorithm;
import dev.larder.oci.Manifest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.StoreTest.Attempt;
import dev.larder.store.StoreTest.Gate;
import dev.larder.store.file.FileBlobStore;
import dev.larder.store.sql.SqliteCatalog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CollectorTest {
  private static final RepositoryKey APP = RepositoryKey.hosted(new RepositoryName("app"));
  private static final RepositoryKey OTHER = RepositoryKey.hosted(new RepositoryName("other"));
  private static final RepositoryKey MIRROR =
      RepositoryKey.mirrored(new RegistryName("quay.io"), new RepositoryName("app"));
  private static final Tag TAG = new Tag("1");
  private static final Duration GRACE = Duration.ofHours(1);
  private static final UpkeepProgress UNSEEN = (what, done, total) -> {};
  private static final byte[] CONTENT = content(1, 1000);
  private static final Digest DIGEST = Digest.sha256(CONTENT);

  @TempDir Path folder;
  private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private FileBlobStore blobs;
  private SqliteCatalog catalog;
  private Store store;

  @BeforeEach
  void open() throws IOException {
    blobs = new FileBlobStore(folder);
    catalog = new SqliteCatalog(folder.resolve("catalog.db"), () -> now);
    store = new Store(blobs, catalog);
  }

  @AfterEach
  void close() throws IOException {
    catalog.close();
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  private void passGrace() {
    pass(GRACE.plusSeconds(1));
  }

  private Collection collect(Store from) throws IOException {
    return new Collector(from, () -> now).collect(new Collector.Scope(GRACE, false, false), UNSEEN);
  }

  private Collection collect() throws IOException {
    return collect(store);
  }

  private Collection collectUntagged(Duration grace) throws IOException {
    return new Collector(store, () -> now).collect(new Collector.Scope(grace, true, false), UNSEEN);
  }

  private void commit(RepositoryKey repository, byte[] content)
      throws IOException, DigestMismatchException {
    try (IncomingBlob incoming = store.create()) {
      incoming.append(ByteBuffer.wrap(content));
      store.commit(repository, incoming, Digest.sha256(content));
    }
  }

  private static StoredManifest stored(String content) {
    byte[] bytes = content.getBytes(UTF_8);
    return new StoredManifest(Digest.sha256(bytes), MediaType.OCI_MANIFEST, bytes);
  }

  private static Descriptor descriptor(Digest digest, MediaType type) {
    return new Descriptor(type, digest, 1000);
  }

  private static Manifest image(Digest config, Optional<Digest> subject) {
    return new Manifest.Image(
        MediaType.OCI_MANIFEST,
        descriptor(config, new MediaType("application/json")),
        List.of(),
        subject.map(digest -> descriptor(digest, MediaType.OCI_MANIFEST)),
        Optional.empty(),
        Map.of());
  }

  private static Manifest index(Digest... manifests) {
    return new Manifest.Index(
        MediaType.OCI_INDEX,
        Stream.of(manifests).map(digest -> descriptor(digest, MediaType.OCI_MANIFEST)).toList(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  private Digest put(String name, Manifest parsed, Optional<Tag> tag) {
    StoredManifest manifest = stored(name);
    assertThat(store.putCompleteManifest(APP, manifest, parsed, tag)).isEmpty();
    return manifest.digest();
  }

  private boolean isThere() throws IOException {
    boolean there = blobs.size(DIGEST).isPresent();
    assertThat(catalog.isBlobLinked(DIGEST)).isEqualTo(there);
    return there;
  }

  @Test
  void aBlobGoesWhenItsGraceIsOver() throws Exception {
    commit(APP, CONTENT);
    pass(GRACE.minusSeconds(1));
    assertThat(collect().isEmpty()).isTrue();

    pass(Duration.ofSeconds(2));

    assertThat(collect()).isEqualTo(new Collection(0, 1, 1000, 0, 0));
    assertThat(isThere()).isFalse();
  }

  @Test
  void aBlobThatAManifestRefersToStaysAndItsGraceBeginsWhenTheLastOneGoes() throws Exception {
    commit(APP, CONTENT);
    Digest one = put("one", image(DIGEST, Optional.empty()), Optional.of(TAG));
    Digest two = put("two", image(DIGEST, Optional.empty()), Optional.of(TAG));
    passGrace();
    assertThat(catalog.deleteManifest(APP, one)).isTrue();
    passGrace();
    assertThat(collect().isEmpty()).isTrue();

    assertThat(catalog.deleteManifest(APP, two)).isTrue();
    assertThat(collect().isEmpty()).isTrue();
    passGrace();
    assertThat(collect().blobs()).isEqualTo(1);
    assertThat(isThere()).isFalse();
  }

  @Test
  void aClientThatWasToldOfABlobCanCountOnIt() throws Exception {
    commit(APP, CONTENT);
    passGrace();
    assertThat(store.blobSize(APP, DIGEST)).hasValue(1000);

    assertThat(collect().isEmpty()).isTrue();
    put("image", image(DIGEST, Optional.empty()), Optional.of(TAG));

    passGrace();
    store.openBlob(APP, DIGEST).orElseThrow().close();
    assertThat(collect().isEmpty()).isTrue();
  }

  @Test
  void aClientThatWasToldBeforeTheLastManifestWentCanCountOnItToo() throws Exception {
    commit(APP, CONTENT);
    Digest old = put("old", image(DIGEST, Optional.empty()), Optional.of(TAG));
    passGrace();
    assertThat(store.blobSize(APP, DIGEST)).hasValue(1000);
    catalog.deleteManifest(APP, old);

    assertThat(collect().isEmpty()).isTrue();
    put("new", image(DIGEST, Optional.empty()), Optional.of(TAG));
  }

  @Test
  void eachRepositoryHasItsOwnGraceAndTheFileGoesWithTheLast() throws Exception {
    commit(APP, CONTENT);
    passGrace();
    assertThat(store.mount(APP, OTHER, DIGEST)).isTrue();

    assertThat(collect()).isEqualTo(new Collection(0, 1, 0, 0, 0));
    assertThat(store.blobSize(APP, DIGEST)).isEmpty();
    assertThat(readAll(store.openBlob(OTHER, DIGEST).orElseThrow())).isEqualTo(CONTENT);
    passGrace();
    assertThat(collect()).isEqualTo(new Collection(0, 1, 1000, 0, 0));
    assertThat(isThere()).isFalse();
  }

  @Test
  void whatIsMirroredIsNotItsConcern() throws Exception {
    commit(MIRROR, CONTENT);
    passGrace();

    assertThat(collect().isEmpty()).isTrue();
    assertThat(isThere()).isTrue();
  }

  @Test
  void filesThatNoRepositoryHasAndOldPartialOnesGo() throws Exception {
    BlobStoreContract.put(blobs, Algorithm.SHA256, CONTENT);
    for (int seed : new int[] {2, 3, 4}) {
      try (IncomingBlob left = blobs.resume(Digest.sha256(content(seed, 10)))) {
        left.append(ByteBuffer.wrap(new byte[1]));
      }
    }
    List<Path> partial;
    try (Stream<Path> files = Files.list(folder.resolve("partial"))) {
      partial = files.sorted().toList();
    }
    for (Path file : partial) {
      Files.setLastModifiedTime(file, FileTime.from(now.minus(Duration.ofDays(8))));
    }
    Files.setLastModifiedTime(partial.get(2), FileTime.from(now.minus(Duration.ofDays(6))));
    Digest busy =
        Digest.parse(partial.get(0).getFileName().toString().replace('-', ':')).orElseThrow();

    try (IncomingBlob _ = blobs.resume(busy)) {
      assertThat(collect()).isEqualTo(new Collection(0, 0, 0, 1, 1));
    }

    assertThat(partial.stream().filter(Files::exists))
        .containsExactly(partial.get(0), partial.get(2));
    assertThat(isThere()).isFalse();
  }

  @Test
  void aDryRunOnlyLooks() throws Exception {
    commit(APP, CONTENT);
    commit(OTHER, CONTENT);
    passGrace();
    Collector collector = new Collector(store, () -> now);

    assertThat(collector.collect(new Collector.Scope(GRACE, true, true), UNSEEN))
        .isEqualTo(new Collection(0, 2, 1000, 0, 0));
    assertThat(isThere()).isTrue();
  }

  @Test
  void untaggedManifestsStayUnlessTheyAreAskedForAndThenOnlyWhatNothingKeepsGoes()
      throws Exception {
    commit(APP, CONTENT);
    Digest child = put("child", image(DIGEST, Optional.empty()), Optional.empty());
    Digest index = put("index", index(child), Optional.of(TAG));
    Digest signature = put("signature", image(DIGEST, Optional.of(index)), Optional.empty());
    Digest loose = put("loose", image(DIGEST, Optional.empty()), Optional.empty());
    Digest lost =
        put("lost", image(DIGEST, Optional.of(Digest.sha256(new byte[9]))), Optional.empty());
    passGrace();
    assertThat(collect().isEmpty()).isTrue();

    assertThat(collectUntagged(GRACE).manifests()).isEqualTo(2);
    assertThat(catalog.manifest(APP, loose)).isEmpty();
    assertThat(catalog.manifest(APP, lost)).isEmpty();
    assertThat(List.of(child, index, signature))
        .allSatisfy(kept -> assertThat(catalog.manifest(APP, kept)).isPresent());

    catalog.deleteTag(APP, TAG);
    assertThat(collectUntagged(GRACE).isEmpty()).isTrue();
    assertThat(collectUntagged(Duration.ZERO)).isEqualTo(new Collection(3, 1, 1000, 0, 0));
    assertThat(isThere()).isFalse();
  }

  @Test
  void aManifestThatAClientWasToldOfStays() throws Exception {
    commit(APP, CONTENT);
    Digest child = put("child", image(DIGEST, Optional.empty()), Optional.empty());
    passGrace();
    assertThat(catalog.useManifest(APP, child)).isTrue();

    assertThat(collectUntagged(GRACE).isEmpty()).isTrue();
    put("index", index(child), Optional.of(TAG));
    assertThat(catalog.useManifest(APP, Digest.sha256(new byte[1]))).isFalse();
  }

  @Test
  void aManifestThatComesAfterTheLookKeepsItsBlob() throws Exception {
    commit(APP, CONTENT);
    passGrace();
    Gate gate = new Gate();
    Store gated = new Store(blobs, gate.before(Catalog.class, catalog, "unlinkUnusedBlob"));
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
      Future<Collection> collection = threads.submit(() -> collect(gated));
      gate.reached.await();
      put("image", image(DIGEST, Optional.empty()), Optional.of(TAG));
      gate.open.countDown();

      assertThat(collection.get().isEmpty()).isTrue();
    }
    assertThat(readAll(store.openBlob(APP, DIGEST).orElseThrow())).isEqualTo(CONTENT);
  }

  @Test
  void aManifestThatComesAfterTheBlobIsRefused() throws Exception {
    commit(APP, CONTENT);
    passGrace();
    Gate gate = new Gate();
    Store gated = new Store(gate.before(BlobStore.class, blobs, "delete"), catalog);
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
      Future<Collection> collection = threads.submit(() -> collect(gated));
      gate.reached.await();

      assertThat(store.blobSize(APP, DIGEST)).isEmpty();
      assertThat(
              store.putCompleteManifest(
                  APP, stored("image"), image(DIGEST, Optional.empty()), Optional.of(TAG)))
          .containsExactly(DIGEST);

      gate.open.countDown();
      assertThat(collection.get().blobs()).isEqualTo(1);
    }
  }

  @Test
  void aMountWaitsForTheCollectionOfItsBlob() throws Exception {
    commit(APP, CONTENT);
    passGrace();
    Gate gate = new Gate();
    store = new Store(gate.before(BlobStore.class, blobs, "delete"), catalog);
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
      Future<Collection> collection = threads.submit(() -> collect());
      gate.reached.await();
      Attempt<Boolean> mount = new Attempt<>(() -> store.link(OTHER, DIGEST));
      mount.runUntilItEndsOrWaits();
      gate.open.countDown();

      assertThat(collection.get().blobs()).isEqualTo(1);
      assertThat(mount.get()).isFalse();
    }
    assertThat(isThere()).isFalse();
  }

  @Test
  void aBlobThatIsPushedAgainMeanwhileIsNotCollected() throws Exception {
    commit(APP, CONTENT);
    passGrace();
    Gate gate = new Gate();
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new);
        IncomingBlob again = store.create()) {
      again.append(ByteBuffer.wrap(CONTENT));
      IncomingBlob gated = gate.after(IncomingBlob.class, again, "commit");
      Future<?> commit =
          threads.submit(
              () -> {
                store.commit(APP, gated, DIGEST);
                return true;
              });
      gate.reached.await();
      Attempt<Collection> collection = new Attempt<>(() -> collect());
      collection.runUntilItEndsOrWaits();
      gate.open.countDown();

      commit.get();
      assertThat(collection.get().isEmpty()).isTrue();
    }
    assertThat(readAll(store.openBlob(APP, DIGEST).orElseThrow())).isEqualTo(CONTENT);
  }

  @Test
  void aCollectionThatIsEndedLeavesTheRestWhole() throws Exception {
    for (int seed = 0; seed < 5; seed++) {
      commit(APP, content(seed, 10));
    }
    passGrace();

    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(
            () ->
                new Collector(store, () -> now)
                    .collect(
                        new Collector.Scope(GRACE, false, false),
                        (what, done, total) -> {
                          if (done == 2) {
                            throw new CancellationException();
                          }
                        }));
    assertThat(store.orphans()).isEmpty();
    assertThat(collect().blobs()).isEqualTo(3);
  }

  /** Without any grace, which is harder than any that is used. */
  @Test
  void noImageThatWasTakenEverLacksABlob() throws Exception {
    long seed = new Random().nextLong();
    int pushers = 3;
    int pushes = 60;
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
      List<Future<?>> all = new ArrayList<>();
      for (int number = 0; number < pushers; number++) {
        Random random = new Random(seed + number);
        int pusher = number;
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < pushes; i++) {
                    pushOrDelete(random, "%d-%d".formatted(pusher, i));
                  }
                  return true;
                }));
      }
      Collector collector = new Collector(store, () -> now);
      while (!all.stream().allMatch(Future::isDone)) {
        collector.collect(new Collector.Scope(Duration.ZERO, true, false), UNSEEN);
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(catalog.missingParts()).as("seed %d", seed).isEmpty();
    assertThat(store.orphans()).isEmpty();
    for (Digest digest : catalog.linkedBlobs(Optional.empty(), 1000)) {
      assertThat(blobs.size(digest)).as("%s, seed %d", digest, seed).isPresent();
    }
  }

  private void pushOrDelete(Random random, String name) throws Exception {
    Tag tag = new Tag("t" + random.nextInt(4));
    if (random.nextInt(3) == 0) {
      catalog.tag(APP, tag).ifPresent(digest -> catalog.deleteManifest(APP, digest));
      return;
    }
    byte[] content = content(random.nextInt(4), 500);
    Digest digest = Digest.sha256(content);
    Manifest image = image(digest, Optional.empty());
    do {
      if (store.blobSize(APP, digest).isEmpty()) {
        commit(APP, content);
      }
    } while (!store.putCompleteManifest(APP, stored(name), image, Optional.of(tag)).isEmpty());
  }
}
