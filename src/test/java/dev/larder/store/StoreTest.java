package dev.larder.store;

import static dev.larder.store.BlobStoreContract.content;
import static dev.larder.store.BlobStoreContract.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StoreTest {
  private static final RepositoryKey APP = RepositoryKey.hosted(new RepositoryName("app"));
  private static final RepositoryKey MIRROR =
      RepositoryKey.mirrored(new RegistryName("quay.io"), new RepositoryName("app"));
  private static final byte[] CONTENT = content(1, 1000);
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

  private void commit(RepositoryKey repository, byte[] content)
      throws IOException, DigestMismatchException {
    try (IncomingBlob incoming = store.create()) {
      incoming.append(ByteBuffer.wrap(content));
      store.commit(repository, incoming, Digest.sha256(content));
    }
  }

  private static StoredManifest stored(byte[] content) {
    return new StoredManifest(Digest.sha256(content), MediaType.OCI_MANIFEST, content);
  }

  private static Manifest imageOf(Digest config) {
    return new Manifest.Image(
        MediaType.OCI_MANIFEST,
        new Descriptor(new MediaType("application/json"), config, CONTENT.length),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  @Test
  void aBlobIsServedOnlyWhereItWasCommitted() throws Exception {
    commit(APP, CONTENT);

    assertThat(readAll(store.openBlob(APP, DIGEST).orElseThrow())).isEqualTo(CONTENT);
    assertThat(store.blobSize(APP, DIGEST)).hasValue(1000);
    assertThat(store.openBlob(MIRROR, DIGEST)).isEmpty();
    assertThat(store.blobSize(MIRROR, DIGEST)).isEmpty();
  }

  @Test
  void aPartialBlobIsCommittedAsWell() throws Exception {
    try (IncomingBlob left = store.resume(DIGEST)) {
      left.append(ByteBuffer.wrap(CONTENT, 0, 400));
    }
    try (IncomingBlob resumed = store.resume(DIGEST)) {
      resumed.append(ByteBuffer.wrap(CONTENT, 400, 600));
      store.commit(MIRROR, resumed, DIGEST);
    }

    assertThat(catalog.blobSize(MIRROR, DIGEST)).hasValue(1000);
    assertThat(readAll(store.openBlob(MIRROR, DIGEST).orElseThrow())).isEqualTo(CONTENT);
  }

  @Test
  void wrongBytesAreLinkedNowhere() throws Exception {
    try (IncomingBlob incoming = store.create()) {
      incoming.append(ByteBuffer.wrap(content(2, 1000)));
      assertThatExceptionOfType(DigestMismatchException.class)
          .isThrownBy(() -> store.commit(APP, incoming, DIGEST));
    }

    assertThat(store.openBlob(APP, DIGEST)).isEmpty();
    assertThat(catalog.isBlobLinked(DIGEST)).isFalse();
  }

  @Test
  void aBlobThatIsHereIsLinkedWithoutBytes() throws Exception {
    assertThat(store.link(MIRROR, DIGEST)).isFalse();
    assertThat(catalog.isBlobLinked(DIGEST)).isFalse();
    commit(APP, CONTENT);

    assertThat(store.link(MIRROR, DIGEST)).isTrue();

    assertThat(store.blobSize(MIRROR, DIGEST)).hasValue(1000);
  }

  @Test
  void aBlobIsMountedOnlyFromARepositoryThatServesIt() throws Exception {
    RepositoryKey other = RepositoryKey.hosted(new RepositoryName("other"));
    commit(MIRROR, CONTENT);

    assertThat(store.mount(APP, other, DIGEST)).isFalse();
    assertThat(store.blobSize(other, DIGEST)).isEmpty();
    assertThat(store.mount(MIRROR, other, DIGEST)).isTrue();
    assertThat(store.blobSize(other, DIGEST)).hasValue(1000);
  }

  @Test
  void anOverlayIsKnownFromItsFirstBlobOnAlsoAfterARestart() throws Exception {
    RepositoryKey overlay = MIRROR.overlay().orElseThrow();
    commit(MIRROR, CONTENT);
    commit(APP, CONTENT);
    assertThat(store.overlays().over(MIRROR)).isEmpty();

    store.mount(MIRROR, overlay, DIGEST);

    assertThat(store.overlays().over(MIRROR)).contains(overlay);
    assertThat(new Store(blobs, catalog).overlays().over(MIRROR)).contains(overlay);
    store.deleteBlob(overlay, DIGEST);
    assertThat(new Store(blobs, catalog).overlays().over(MIRROR)).isEmpty();
  }

  @Test
  void aBlobGoesWithTheLastRepositoryThatServesIt() throws Exception {
    commit(APP, CONTENT);
    store.link(MIRROR, DIGEST);

    assertThat(store.deleteBlob(APP, DIGEST)).isTrue();
    assertThat(store.deleteBlob(APP, DIGEST)).isFalse();
    assertThat(store.openBlob(APP, DIGEST)).isEmpty();
    assertThat(readAll(store.openBlob(MIRROR, DIGEST).orElseThrow())).isEqualTo(CONTENT);

    Blob reader = store.openBlob(MIRROR, DIGEST).orElseThrow();
    assertThat(store.deleteBlob(MIRROR, DIGEST)).isTrue();
    assertThat(blobs.size(DIGEST)).isEmpty();
    assertThat(readAll(reader)).isEqualTo(CONTENT);
  }

  @Test
  void deletingWhatARepositoryDoesNotServeRemovesNothing() throws Exception {
    commit(APP, CONTENT);

    assertThat(store.deleteBlob(MIRROR, DIGEST)).isFalse();

    assertThat(store.blobSize(APP, DIGEST)).hasValue(1000);
  }

  @Test
  void aSweepRemovesWhatNothingLinksAndNothingElse() throws Exception {
    commit(APP, CONTENT);
    Digest orphan = BlobStoreContract.put(blobs, Algorithm.SHA512, CONTENT);

    store.sweep();

    assertThat(blobs.size(orphan)).isEmpty();
    assertThat(store.blobSize(APP, DIGEST)).hasValue(1000);
  }

  @Test
  void aBlobThatTheCatalogCouldNotTakeIsNotServedAndIsSwept() throws Exception {
    catalog.close();
    assertThatIllegalStateException().isThrownBy(() -> commit(APP, CONTENT));

    open();
    assertThat(store.openBlob(APP, DIGEST)).isEmpty();
    store.sweep();
    assertThat(blobs.size(DIGEST)).isEmpty();
  }

  @Test
  void aBlobWhoseFileWasLostIsAbsentUntilItComesAgain() throws Exception {
    commit(APP, CONTENT);
    blobs.delete(DIGEST);

    assertThat(store.openBlob(APP, DIGEST)).isEmpty();
    assertThat(store.blobSize(APP, DIGEST)).isEmpty();
    assertThat(store.link(MIRROR, DIGEST)).isFalse();

    commit(APP, CONTENT);
    assertThat(store.blobSize(APP, DIGEST)).hasValue(1000);
  }

  @Test
  void aMirroredManifestNeedsNothingAndAHostedOneAllThatItRefersTo() throws Exception {
    StoredManifest manifest = stored(new byte[] {'{', '}'});
    Optional<Tag> tag = Optional.of(new Tag("latest"));
    store.putManifest(MIRROR, manifest, Optional.of(imageOf(DIGEST)), tag);
    assertThat(catalog.tag(MIRROR, new Tag("latest"))).hasValue(manifest.digest());

    assertThat(store.putCompleteManifest(APP, manifest, imageOf(DIGEST), tag))
        .containsExactly(DIGEST);
    assertThat(catalog.exists(APP)).isFalse();
    commit(APP, CONTENT);
    assertThat(store.putCompleteManifest(APP, manifest, imageOf(DIGEST), tag)).isEmpty();
    assertThat(catalog.tag(APP, new Tag("latest"))).hasValue(manifest.digest());
  }

  @Test
  void aLinkWaitsForADeleteOfTheSameBlob() throws Exception {
    commit(APP, CONTENT);
    Gate gate = new Gate();
    store = new Store(gate.before(BlobStore.class, blobs, "delete"), catalog);
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
      Future<Boolean> delete = threads.submit(() -> store.deleteBlob(APP, DIGEST));
      gate.reached.await();
      Attempt<Boolean> link = new Attempt<>(() -> store.link(MIRROR, DIGEST));
      link.runUntilItEndsOrWaits();
      gate.open.countDown();

      assertThat(delete.get()).isTrue();
      assertThat(link.get()).isFalse();
    }
    assertThat(catalog.isBlobLinked(DIGEST)).isFalse();
  }

  @Test
  void aDeleteWaitsForACommitOfTheSameBlob() throws Exception {
    commit(APP, CONTENT);
    Gate gate = new Gate();
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new);
        IncomingBlob again = store.create()) {
      again.append(ByteBuffer.wrap(CONTENT));
      IncomingBlob gated = gate.after(IncomingBlob.class, again, "commit");
      Future<?> commit =
          threads.submit(
              () -> {
                store.commit(MIRROR, gated, DIGEST);
                return true;
              });
      gate.reached.await();
      Attempt<Boolean> delete = new Attempt<>(() -> store.deleteBlob(APP, DIGEST));
      delete.runUntilItEndsOrWaits();
      gate.open.countDown();

      commit.get();
      assertThat(delete.get()).isTrue();
    }
    assertThat(readAll(store.openBlob(MIRROR, DIGEST).orElseThrow())).isEqualTo(CONTENT);
  }

  @Test
  void otherBlobsDoNotWait() throws Exception {
    commit(APP, CONTENT);
    Gate gate = new Gate();
    store = new Store(gate.before(BlobStore.class, blobs, "delete"), catalog);
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
      Future<Boolean> delete = threads.submit(() -> store.deleteBlob(APP, DIGEST));
      gate.reached.await();

      commit(APP, content(3, 10));
      assertThat(store.link(MIRROR, Digest.sha256(content(3, 10)))).isTrue();

      gate.open.countDown();
      assertThat(delete.get()).isTrue();
    }
  }

  @Test
  void noLinkIsLeftToABlobThatWasDeletedMeanwhile() throws Exception {
    int rounds = 50;
    CyclicBarrier start = new CyclicBarrier(4);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < rounds; round++) {
        List<Future<?>> all = new ArrayList<>();
        for (Callable<?> step :
            List.<Callable<?>>of(
                () -> {
                  commit(APP, CONTENT);
                  return true;
                },
                () -> store.deleteBlob(APP, DIGEST),
                () -> store.link(MIRROR, DIGEST),
                () -> store.deleteBlob(MIRROR, DIGEST))) {
          all.add(
              threads.submit(
                  () -> {
                    start.await();
                    return step.call();
                  }));
        }
        for (Future<?> one : all) {
          one.get();
        }
        assertThat(catalog.isBlobLinked(DIGEST)).isEqualTo(blobs.size(DIGEST).isPresent());
      }
    }
  }

  /** Stops whoever calls a method, so that something else can happen meanwhile. */
  static final class Gate {
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);

    <T> T before(Class<T> type, T target, String method) {
      return proxy(type, target, method, true);
    }

    <T> T after(Class<T> type, T target, String method) {
      return proxy(type, target, method, false);
    }

    private <T> T proxy(Class<T> type, T target, String name, boolean before) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (_, method, arguments) -> {
                boolean gated = method.getName().equals(name);
                if (gated && before) {
                  pass();
                }
                Object result = method.invoke(target, arguments);
                if (gated && !before) {
                  pass();
                }
                return result;
              }));
    }

    private void pass() throws InterruptedException {
      reached.countDown();
      open.await();
    }
  }

  /** Something that may have to wait for a lock. */
  static final class Attempt<T> extends FutureTask<T> {
    private final Thread thread = new Thread(this);

    Attempt(Callable<T> work) {
      super(work);
    }

    void runUntilItEndsOrWaits() {
      thread.start();
      while (thread.getState() != Thread.State.WAITING
          && thread.getState() != Thread.State.TERMINATED) {
        Thread.onSpinWait();
      }
    }
  }
}
