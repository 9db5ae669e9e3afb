package dev.larder.store.file;

import static dev.larder.store.BlobStoreContract.content;
import static dev.larder.store.BlobStoreContract.put;
import static dev.larder.store.BlobStoreContract.readAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.larder.oci.Digest;
import dev.larder.oci.Digest.Algorithm;
import dev.larder.store.Adoption;
import dev.larder.store.BlobStore;
import dev.larder.store.BlobStoreContract;
import dev.larder.store.DigestMismatchException;
import dev.larder.store.IncomingBlob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

class FileBlobStoreTest implements BlobStoreContract {
  private static final Path FULL_DISK = Path.of("/dev/full");
  private static final Path OTHER_FILE_SYSTEM = Path.of("/dev/shm");

  @TempDir Path folder;
  private FileBlobStore store;

  @BeforeEach
  void open() throws IOException {
    store = new FileBlobStore(folder);
  }

  @Override
  public BlobStore store() {
    return store;
  }

  private List<Path> files(String under) throws IOException {
    try (Stream<Path> paths = Files.walk(folder.resolve(under))) {
      return paths.filter(path -> !Files.isDirectory(path)).toList();
    }
  }

  @Test
  void blobsAreWhereTheLayoutSays() throws Exception {
    Digest digest = put(store, Algorithm.SHA256, content(1, 10));

    assertThat(folder.resolve("blobs/sha256/" + digest.hex().substring(0, 2) + "/" + digest.hex()))
        .hasBinaryContent(content(1, 10));
    assertThat(files("incoming")).isEmpty();
  }

  @Test
  void blobsSurviveReopening() throws Exception {
    Digest digest = put(store, Algorithm.SHA512, content(2, 1000));

    FileBlobStore reopened = new FileBlobStore(folder);

    assertThat(readAll(reopened.open(digest).orElseThrow())).isEqualTo(content(2, 1000));
  }

  @Test
  void whatWasOnItsWayInWithoutADigestIsSweptAtReopening() throws Exception {
    IncomingBlob left = store.create();
    left.append(ByteBuffer.wrap(content(3, 1000)));
    assertThat(files("incoming")).hasSize(1);

    new FileBlobStore(folder);

    assertThat(files("incoming")).isEmpty();
    left.close();
  }

  @Test
  void aPartialBlobSurvivesReopeningAndIsCompleted() throws Exception {
    byte[] content = content(4, 500_000);
    Digest digest = Digest.sha256(content);
    IncomingBlob left = store.resume(digest);
    left.append(ByteBuffer.wrap(content, 0, 400_000));

    FileBlobStore reopened = new FileBlobStore(folder);
    try (IncomingBlob resumed = reopened.resume(digest)) {
      assertThat(resumed.size()).isEqualTo(400_000);
      resumed.append(ByteBuffer.wrap(content, 400_000, 100_000));
      resumed.commit(digest);
    }

    assertThat(readAll(reopened.open(digest).orElseThrow())).isEqualTo(content);
    assertThat(files("partial")).isEmpty();
    left.close();
  }

  @Test
  void aPartialBlobThatWasSpoiledMeanwhileIsRefusedAndDropped() throws Exception {
    byte[] content = content(5, 1000);
    Digest digest = Digest.sha256(content);
    try (IncomingBlob left = store.resume(digest)) {
      left.append(ByteBuffer.wrap(content, 0, 900));
    }
    Files.write(files("partial").getFirst(), new byte[] {0}, StandardOpenOption.WRITE);

    try (IncomingBlob resumed = new FileBlobStore(folder).resume(digest)) {
      resumed.append(ByteBuffer.wrap(content, 900, 100));
      assertThatExceptionOfType(DigestMismatchException.class)
          .isThrownBy(() -> resumed.commit(digest));
    }

    assertThat(store.open(digest)).isEmpty();
    assertThat(files("partial")).isEmpty();
  }

  @Test
  void aPartialBlobThatBecameWholeInAnotherWayIsDroppedAtReopening() throws Exception {
    byte[] content = content(6, 1000);
    try (IncomingBlob left = store.resume(Digest.sha256(content))) {
      left.append(ByteBuffer.wrap(content, 0, 900));
    }
    put(store, Algorithm.SHA256, content);

    new FileBlobStore(folder);

    assertThat(files("partial")).isEmpty();
  }

  @Test
  @EnabledIf("hasFullDisk")
  void onAFullDiskNothingIsVisibleAndTheBytesAreDropped() throws Exception {
    byte[] content = content(7, 100_000);
    Digest digest = Digest.sha256(content);
    Files.createSymbolicLink(
        folder.resolve("partial/" + digest.toString().replace(':', '-')), FULL_DISK);

    try (IncomingBlob incoming = store.resume(digest)) {
      assertThatIOException()
          .isThrownBy(() -> incoming.append(ByteBuffer.wrap(content)))
          .withMessageContaining("No space left");
      assertThat(incoming.size()).isZero();
      assertThatIOException().isThrownBy(() -> incoming.commit(digest));
    }

    assertThat(store.open(digest)).isEmpty();
    assertThat(files("partial")).isEmpty();
  }

  @Test
  @EnabledIf("hasFullDisk")
  void bytesThatAFullDiskCutAreDroppedWithoutACommitToo() throws Exception {
    Digest digest = Digest.sha256(content(8, 10));
    Files.createSymbolicLink(
        folder.resolve("partial/" + digest.toString().replace(':', '-')), FULL_DISK);

    try (IncomingBlob incoming = store.resume(digest)) {
      assertThatIOException().isThrownBy(() -> incoming.append(ByteBuffer.wrap(content(8, 10))));
    }

    assertThat(files("partial")).isEmpty();
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(
        Files.createDirectories(folder.resolve("elsewhere")).resolve("data"), content);
  }

  private IncomingBlob adopt(Path file, Digest digest) throws IOException {
    return ((Adoption.Linked) store.adopt(file, digest, _ -> {})).blob();
  }

  @Test
  void anAdoptedFileIsABlobWithoutACopyAndOutlivesItsFirstName() throws Exception {
    for (Algorithm algorithm : Algorithm.values()) {
      byte[] content = content(11, 600_000);
      Digest digest = Digest.of(algorithm, content);
      Path file = file(content);

      try (IncomingBlob incoming = adopt(file, digest)) {
        assertThat(incoming.size()).isEqualTo(600_000);
        assertThat(store.open(digest)).isEmpty();
        incoming.commit(digest);
      }

      assertThat(Files.getAttribute(file, "unix:nlink")).isEqualTo(2);
      Files.delete(file);
      assertThat(readAll(store.open(digest).orElseThrow())).isEqualTo(content);
      assertThat(files("incoming")).isEmpty();
    }
  }

  @Test
  void anAdoptedFileWithOtherBytesIsRefusedAndKeepsItsOwnName() throws Exception {
    Digest digest = Digest.sha256(content(12, 1000));
    Path file = file(content(13, 1000));

    try (IncomingBlob incoming = adopt(file, digest)) {
      assertThatExceptionOfType(DigestMismatchException.class)
          .isThrownBy(() -> incoming.commit(digest));
    }

    assertThat(store.open(digest)).isEmpty();
    assertThat(files("incoming")).isEmpty();
    assertThat(file).hasBinaryContent(content(13, 1000));
  }

  @Test
  void anAdoptedSymbolicLinkIsTheFileThatItLeadsTo() throws Exception {
    byte[] content = content(14, 1000);
    Digest digest = Digest.sha256(content);
    Path link = Files.createSymbolicLink(folder.resolve("link"), file(content));

    try (IncomingBlob incoming = adopt(link, digest)) {
      incoming.commit(digest);
    }

    assertThat(folder.resolve("blobs/sha256/" + digest.hex().substring(0, 2) + "/" + digest.hex()))
        .isRegularFile();
    assertThat(Files.isSymbolicLink(files("blobs").getFirst())).isFalse();
  }

  @Test
  void anAdoptionThatIsCutShortLeavesNothing() throws Exception {
    Path file = file(content(15, 600_000));

    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(
            () ->
                store.adopt(
                    file,
                    Digest.sha256(content(15, 600_000)),
                    _ -> {
                      throw new CancellationException();
                    }));

    assertThat(files("incoming")).isEmpty();
  }

  @Test
  @EnabledIf("hasAnotherFileSystem")
  void aFileOfAnotherFileSystemCannotBeAdopted() throws Exception {
    Path elsewhere = Files.createTempFile(OTHER_FILE_SYSTEM, "larder", "");
    try {
      assertThat(store.adopt(elsewhere, Digest.sha256(new byte[0]), _ -> {}))
          .isEqualTo(new Adoption.Refused("Invalid cross-device link"));
    } finally {
      Files.delete(elsewhere);
    }
    assertThat(files("incoming")).isEmpty();
  }

  static boolean hasAnotherFileSystem() throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    return Files.isWritable(OTHER_FILE_SYSTEM)
        && !Files.getFileStore(OTHER_FILE_SYSTEM).equals(Files.getFileStore(temporary));
  }

  static boolean hasFullDisk() {
    return Files.isWritable(FULL_DISK);
  }

  @Test
  void aBlobThatCannotGetItsNameIsDropped() throws Exception {
    byte[] content = content(9, 1000);
    Digest digest = Digest.sha256(content);
    Path inTheWay =
        Files.writeString(folder.resolve("blobs/sha256/" + digest.hex().substring(0, 2)), "");

    try (IncomingBlob incoming = store.create()) {
      incoming.append(ByteBuffer.wrap(content));
      assertThatIOException().isThrownBy(() -> incoming.commit(digest));
    }

    assertThat(files("")).containsExactly(inTheWay);
    store.forEach(found -> assertThat(found).isEmpty());
  }

  @Test
  void anInterruptedWriterCanBeTakenUpAgain() throws Exception {
    byte[] content = content(10, 1000);
    Digest digest = Digest.sha256(content);
    try (IncomingBlob incoming = store.resume(digest)) {
      incoming.append(ByteBuffer.wrap(content, 0, 600));
      Thread.currentThread().interrupt();
      assertThatIOException().isThrownBy(() -> incoming.append(ByteBuffer.wrap(content, 600, 400)));
      assertThat(Thread.interrupted()).isTrue();
    }

    try (IncomingBlob resumed = store.resume(digest)) {
      assertThat(resumed.size()).isGreaterThanOrEqualTo(600);
      resumed.append(ByteBuffer.wrap(content, (int) resumed.size(), 1000 - (int) resumed.size()));
      resumed.commit(digest);
    }
    assertThat(store.size(digest)).hasValue(1000);
  }

  @Test
  void foreignFilesAreNotListed() throws Exception {
    Files.writeString(folder.resolve("blobs/sha256/README"), "not a folder of blobs");
    Files.writeString(
        Files.createDirectory(folder.resolve("blobs/sha256/ab")).resolve("README"), "not a blob");

    store.forEach(found -> assertThat(found).isEmpty());
  }

  @Test
  void aFolderThatCannotBeMadeIsAnError() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThatIOException()
        .isThrownBy(() -> new FileBlobStore(file.resolve("store")))
        .withMessageContaining("file");
  }
}
