package dev.larder.store;

import static dev.larder.store.BlobStoreContract.content;
import static dev.larder.store.BlobStoreContract.readAll;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.Manifest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.file.FileBlobStore;
import dev.larder.store.file.StoreLock;
import dev.larder.store.sql.SqliteCatalog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was acknowledged is there, and nothing else, after a process was killed at any moment. */
class KilledProcessTest {
  private static final RepositoryKey APP = RepositoryKey.hosted(new RepositoryName("app"));
  private static final int ROUNDS = 5;
  private static final int MAX_ACKNOWLEDGED = 40;

  @TempDir Path folder;

  /** Pushes image after image, from a number on, and prints the number of each that is kept. */
  static final class Pusher {
    public static void main(String[] arguments) throws IOException, DigestMismatchException {
      Path folder = Path.of(arguments[0]);
      try (StoreLock _ = StoreLock.take(folder, InstantSource.system());
          SqliteCatalog catalog =
              new SqliteCatalog(folder.resolve("catalog.db"), InstantSource.system())) {
        Store store = new Store(new FileBlobStore(folder), catalog);
        for (int number = Integer.parseInt(arguments[1]); true; number++) {
          push(store, number);
          System.out.println(number);
        }
      }
    }
  }

  /** Collects blobs that nothing refers to, and prints a line for each. */
  static final class Sweeper {
    public static void main(String[] arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      InstantSource clock = InstantSource.system();
      try (SqliteCatalog catalog = new SqliteCatalog(folder.resolve("catalog.db"), clock)) {
        new Collector(new Store(new FileBlobStore(folder), catalog), clock)
            .collect(
                new Collector.Scope(Duration.ZERO, false, false),
                (what, done, total) -> System.out.println(done));
      }
    }
  }

  @Test
  void aCollectionThatIsKilledLeavesNothingDangling() throws Exception {
    int blobs = 200;
    InstantSource clock = InstantSource.system();
    try (SqliteCatalog catalog = new SqliteCatalog(folder.resolve("catalog.db"), clock)) {
      Store store = new Store(new FileBlobStore(folder), catalog);
      push(store, 1);
      for (int number = 2; number < blobs; number++) {
        try (IncomingBlob incoming = store.create()) {
          incoming.append(ByteBuffer.wrap(blob(number)));
          store.commit(APP, incoming, Digest.sha256(blob(number)));
        }
      }
    }
    try (ChildProcess sweeper = new ChildProcess(folder, Sweeper.class, folder.toString())) {
      for (int line = 0; line < 20; line++) {
        sweeper.readLine();
      }
      sweeper.kill();
    }
    try (SqliteCatalog catalog = new SqliteCatalog(folder.resolve("catalog.db"), clock)) {
      Store store = new Store(new FileBlobStore(folder), catalog);
      store.sweep();
      List<Digest> linked = catalog.linkedBlobs(Optional.empty(), blobs);
      assertThat(linked).contains(Digest.sha256(blob(1))).hasSizeLessThan(blobs - 10);
      for (Digest digest : linked) {
        assertThat(store.blobSize(APP, digest)).isPresent();
      }
      assertThat(new Verifier(store).verify(_ -> {}, (_, _, _) -> {}).isClean()).isTrue();
    }
  }

  private static void push(Store store, int number) throws IOException, DigestMismatchException {
    byte[] content = blob(number);
    Digest digest = Digest.sha256(content);
    // Every other one as a mirror would, which goes on where a killed process stopped.
    try (IncomingBlob incoming = number % 2 == 0 ? store.create() : store.resume(digest)) {
      int there = (int) incoming.size();
      incoming.append(ByteBuffer.wrap(content, there, content.length - there));
      store.commit(APP, incoming, digest);
    }
    Manifest image =
        new Manifest.Image(
            MediaType.OCI_MANIFEST,
            new Descriptor(new MediaType("application/json"), digest, content.length),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Map.of());
    List<Digest> missing =
        store.putCompleteManifest(APP, manifest(number), image, Optional.of(tag(number)));
    if (!missing.isEmpty()) {
      throw new IllegalStateException("not there: " + missing);
    }
  }

  private static byte[] blob(int number) {
    return content(number, 1 + (number * 7919) % 100_000);
  }

  private static StoredManifest manifest(int number) {
    byte[] content = "manifest %d".formatted(number).getBytes(UTF_8);
    return new StoredManifest(Digest.sha256(content), MediaType.OCI_MANIFEST, content);
  }

  private static Tag tag(int number) {
    return new Tag("v" + number);
  }

  @Test
  void whatWasAcknowledgedSurvives() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Integer> acknowledged = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      int begin = acknowledged.isEmpty() ? 0 : acknowledged.getLast() + 1;
      try (ChildProcess pusher =
          new ChildProcess(folder, Pusher.class, folder.toString(), String.valueOf(begin))) {
        for (int wait = random.nextInt(MAX_ACKNOWLEDGED); wait >= 0; wait--) {
          acknowledged.add(Integer.valueOf(pusher.readLine()));
        }
        pusher.kill().forEach(line -> acknowledged.add(Integer.valueOf(line)));
      }
      assertThat(acknowledged).as("numbers, seed %d", seed).doesNotHaveDuplicates();
      check(acknowledged, seed);
    }
  }

  private void check(List<Integer> acknowledged, long seed) throws IOException {
    try (StoreLock _ = StoreLock.take(folder, InstantSource.system());
        SqliteCatalog catalog =
            new SqliteCatalog(folder.resolve("catalog.db"), InstantSource.system())) {
      FileBlobStore blobs = new FileBlobStore(folder);
      Store store = new Store(blobs, catalog);
      store.sweep();
      for (int number : acknowledged) {
        Digest manifest = manifest(number).digest();
        assertThat(catalog.tag(APP, tag(number)))
            .as("%d, seed %d", number, seed)
            .hasValue(manifest);
        assertThat(catalog.manifest(APP, manifest).orElseThrow().content())
            .isEqualTo(manifest(number).content());
        Blob blob = store.openBlob(APP, Digest.sha256(blob(number))).orElseThrow();
        assertThat(readAll(blob)).as("%d, seed %d", number, seed).isEqualTo(blob(number));
      }
      List<Digest> all = new ArrayList<>();
      blobs.forEach(all::addAll);
      for (Digest digest : all) {
        assertThat(Digest.sha256(readAll(blobs.open(digest).orElseThrow()))).isEqualTo(digest);
      }
      // At most the one blob that was kept when its manifest wasn't yet, in each round.
      assertThat(all.size()).as("seed %d", seed).isLessThanOrEqualTo(acknowledged.size() + 1);
      assertThat(folder.resolve("incoming")).isEmptyDirectory();
    }
  }
}
