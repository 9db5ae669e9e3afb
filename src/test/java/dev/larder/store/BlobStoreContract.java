package dev.larder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.larder.oci.Digest;
import dev.larder.oci.Digest.Algorithm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What {@link BlobStore} promises, for any of them. */
public interface BlobStoreContract {

  /** The store that is tested, empty when a test begins; the same one each time. */
  BlobStore store();

  /** Content of that length, the same for the same {@code seed}. */
  static byte[] content(int seed, int length) {
    byte[] content = new byte[length];
    new Random(seed).nextBytes(content);
    return content;
  }

  /** All bytes of an open blob, which is closed. */
  static byte[] readAll(Blob blob) throws IOException {
    try (blob) {
      ByteBuffer bytes = ByteBuffer.allocate((int) blob.size());
      while (bytes.hasRemaining() && blob.content().read(bytes, bytes.position()) >= 0) {}
      return Arrays.copyOf(bytes.array(), bytes.position());
    }
  }

  /** Puts a blob, and says what it is called. */
  static Digest put(BlobStore store, Algorithm algorithm, byte[] content)
      throws IOException, DigestMismatchException {
    Digest digest = Digest.of(algorithm, content);
    try (IncomingBlob incoming = store.create()) {
      incoming.append(ByteBuffer.wrap(content));
      incoming.commit(digest);
    }
    return digest;
  }

  private Digest put(byte[] content) throws IOException, DigestMismatchException {
    return put(store(), Algorithm.SHA256, content);
  }

  private List<Digest> all() throws IOException {
    List<Digest> digests = new ArrayList<>();
    store().forEach(digests::addAll);
    return digests;
  }

  @Test
  default void whatIsCommittedCanBeReadUnderItsDigest() throws Exception {
    byte[] content = content(1, 300_000);

    Digest digest = put(content);

    assertThat(readAll(store().open(digest).orElseThrow())).isEqualTo(content);
    assertThat(store().size(digest)).hasValue(300_000);
  }

  @Test
  default void aBlobMayBeNamedBySha512() throws Exception {
    byte[] content = content(2, 600_000);

    Digest digest = put(store(), Algorithm.SHA512, content);

    assertThat(readAll(store().open(digest).orElseThrow())).isEqualTo(content);
    assertThat(all()).containsExactly(digest);
  }

  @Test
  default void aBlobMayBeEmpty() throws Exception {
    Digest digest = put(new byte[0]);

    assertThat(store().size(digest)).hasValue(0);
    assertThat(readAll(store().open(digest).orElseThrow())).isEmpty();
  }

  @Test
  default void whatIsNotHereIsAbsent() throws Exception {
    Digest unknown = Digest.sha256(content(3, 10));

    assertThat(store().open(unknown)).isEmpty();
    assertThat(store().size(unknown)).isEmpty();
    store().delete(unknown);
  }

  @Test
  default void nothingIsVisibleBeforeItIsCommitted() throws Exception {
    byte[] content = content(4, 1000);
    Digest digest = Digest.sha256(content);
    try (IncomingBlob created = store().create();
        IncomingBlob resumed = store().resume(digest)) {
      created.append(ByteBuffer.wrap(content));
      resumed.append(ByteBuffer.wrap(content));

      assertThat(store().open(digest)).isEmpty();
      assertThat(store().size(digest)).isEmpty();
      assertThat(all()).isEmpty();
    }
  }

  @Test
  default void bytesOfAnotherDigestAreNeverVisibleUnderEither() throws Exception {
    byte[] content = content(5, 1000);
    Digest wrong = Digest.sha256(content(6, 1000));
    for (Algorithm algorithm : Algorithm.values()) {
      Digest expected = Digest.of(algorithm, content(6, 1000));
      try (IncomingBlob incoming = store().create()) {
        incoming.append(ByteBuffer.wrap(content));

        assertThatExceptionOfType(DigestMismatchException.class)
            .isThrownBy(() -> incoming.commit(expected))
            .withMessageContaining(Digest.of(algorithm, content).toString())
            .withMessageContaining(expected.toString());
      }
    }

    assertThat(store().open(wrong)).isEmpty();
    assertThat(all()).isEmpty();
  }

  @Test
  default void wrongBytesAreNotTakenUpAgain() throws Exception {
    Digest digest = Digest.sha256(content(7, 1000));
    try (IncomingBlob incoming = store().resume(digest)) {
      incoming.append(ByteBuffer.wrap(content(8, 1000)));
      assertThatExceptionOfType(DigestMismatchException.class)
          .isThrownBy(() -> incoming.commit(digest));
    }

    try (IncomingBlob again = store().resume(digest)) {
      assertThat(again.size()).isZero();
    }
  }

  @Test
  default void nothingCanBeWrittenAfterTheEnd() throws Exception {
    ByteBuffer more = ByteBuffer.allocate(1);
    Digest wrong = Digest.sha256(content(9, 1));
    IncomingBlob committed = store().create();
    committed.commit(Digest.sha256(new byte[0]));
    IncomingBlob refused = store().create();
    assertThatExceptionOfType(DigestMismatchException.class)
        .isThrownBy(() -> refused.commit(wrong));
    IncomingBlob closed = store().create();
    closed.close();
    IncomingBlob discarded = store().resume(wrong);
    discarded.discard();

    for (IncomingBlob ended : List.of(committed, refused, closed, discarded)) {
      assertThatIllegalStateException().isThrownBy(() -> ended.append(more));
      assertThatIllegalStateException().isThrownBy(() -> ended.commit(wrong));
      assertThatIllegalStateException().isThrownBy(ended::restart);
      ended.close();
      ended.discard();
    }
    assertThat(all()).containsExactly(Digest.sha256(new byte[0]));
  }

  @Test
  default void whatIsLeftIsTakenUpWhereItStopped() throws Exception {
    byte[] content = content(10, 700_000);
    for (Algorithm algorithm : Algorithm.values()) {
      Digest digest = Digest.of(algorithm, content);
      try (IncomingBlob first = store().resume(digest)) {
        first.append(ByteBuffer.wrap(content, 0, 500_000));
      }

      try (IncomingBlob second = store().resume(digest)) {
        assertThat(second.size()).isEqualTo(500_000);
        second.append(ByteBuffer.wrap(content, 500_000, 200_000));
        second.commit(digest);
      }

      assertThat(readAll(store().open(digest).orElseThrow())).isEqualTo(content);
    }
  }

  @Test
  default void whatIsDiscardedIsNotTakenUpAgain() throws Exception {
    Digest digest = Digest.sha256(content(11, 1000));
    IncomingBlob first = store().resume(digest);
    first.append(ByteBuffer.wrap(content(11, 500)));
    first.discard();

    try (IncomingBlob second = store().resume(digest)) {
      assertThat(second.size()).isZero();
    }
  }

  @Test
  default void aDigestIsOnItsWayInOnce() throws Exception {
    Digest digest = Digest.sha256(content(12, 10));
    try (IncomingBlob _ = store().resume(digest)) {
      assertThatIllegalStateException()
          .isThrownBy(() -> store().resume(digest))
          .withMessageContaining(digest.toString());
    }
    store().resume(digest).close();
  }

  @Test
  default void aRestartBeginsAnew() throws Exception {
    byte[] content = content(13, 1000);
    Digest digest = Digest.sha256(content);
    try (IncomingBlob incoming = store().resume(digest)) {
      incoming.append(ByteBuffer.wrap(content(14, 5000)));
      Blob before = incoming.read();

      incoming.restart();
      assertThat(incoming.size()).isZero();
      incoming.append(ByteBuffer.wrap(content));
      incoming.commit(digest);

      assertThat(readAll(before)).isEqualTo(content(14, 5000));
    }
    assertThat(readAll(store().open(digest).orElseThrow())).isEqualTo(content);
  }

  @Test
  default void readersFollowTheWriterAndOutliveIt() throws Exception {
    byte[] content = content(15, 3000);
    Digest digest = Digest.sha256(content);
    IncomingBlob incoming = store().create();
    incoming.append(ByteBuffer.wrap(content, 0, 1000));
    Blob reader = incoming.read();
    assertThat(reader.size()).isEqualTo(1000);
    incoming.append(ByteBuffer.wrap(content, 1000, 2000));
    incoming.commit(digest);
    Blob late = incoming.read();
    store().delete(digest);

    assertThat(readAll(new Blob(reader.content(), 3000))).isEqualTo(content);
    assertThat(readAll(late)).isEqualTo(content);
  }

  @Test
  default void closingOneReaderClosesNoOther() throws Exception {
    byte[] content = content(16, 100);
    try (IncomingBlob incoming = store().create()) {
      incoming.append(ByteBuffer.wrap(content));
      Blob first = incoming.read();
      Blob second = incoming.read();

      first.close();

      assertThat(readAll(second)).isEqualTo(content);
      incoming.append(ByteBuffer.wrap(content));
      assertThat(incoming.size()).isEqualTo(200);
    }
  }

  @Test
  default void discardedBytesStayReadableForWhoHasThemOpen() throws Exception {
    IncomingBlob incoming = store().create();
    incoming.append(ByteBuffer.wrap(content(17, 100)));
    Blob reader = incoming.read();

    incoming.discard();

    assertThat(readAll(reader)).isEqualTo(content(17, 100));
  }

  @Test
  default void whatWasLetGoOfIsNotReadAnewEvenWhenItIsTakenUpAgain() throws Exception {
    Digest digest = Digest.sha256(content(60, 100));
    IncomingBlob closed = store().resume(digest);
    closed.append(ByteBuffer.wrap(content(60, 50)));
    closed.close();
    IncomingBlob discarded = store().resume(digest);
    discarded.discard();
    try (IncomingBlob _ = store().resume(digest)) {
      assertThatIOException().isThrownBy(closed::read);
      assertThatIOException().isThrownBy(discarded::read);
    }
  }

  @Test
  default void whoeverReadsADeletedBlobReadsItToTheEnd() throws Exception {
    byte[] content = content(18, 200_000);
    Digest digest = put(content);
    Blob reader = store().open(digest).orElseThrow();

    store().delete(digest);

    assertThat(store().open(digest)).isEmpty();
    assertThat(store().size(digest)).isEqualTo(OptionalLong.empty());
    assertThat(readAll(reader)).isEqualTo(content);
  }

  @Test
  default void whatIsHereAlreadyMayComeAgain() throws Exception {
    byte[] content = content(19, 1000);
    Digest digest = put(content);
    try (IncomingBlob resumed = store().resume(digest)) {
      resumed.append(ByteBuffer.wrap(content));
      resumed.commit(digest);
      assertThat(readAll(resumed.read())).isEqualTo(content);
    }

    assertThat(put(content)).isEqualTo(digest);
    assertThat(all()).containsExactly(digest);
    assertThat(readAll(store().open(digest).orElseThrow())).isEqualTo(content);
    try (IncomingBlob again = store().resume(digest)) {
      assertThat(again.size()).isZero();
    }
  }

  @Test
  default void allThatIsHereIsListed() throws Exception {
    List<Digest> digests = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      digests.add(put(content(20 + i, 10)));
    }
    store().delete(digests.removeLast());

    assertThat(all()).containsExactlyInAnyOrderElementsOf(digests);
  }

  @Test
  default void sizeNeverRunsAheadOfWhatCanBeRead() throws Exception {
    byte[] content = content(50, 2_000_000);
    Digest digest = Digest.sha256(content);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        IncomingBlob incoming = store().create()) {
      List<Future<byte[]>> readers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        readers.add(threads.submit(() -> follow(incoming, content.length)));
      }
      for (int offset = 0; offset < content.length; offset += 10_000) {
        incoming.append(ByteBuffer.wrap(content, offset, 10_000));
      }
      incoming.commit(digest);

      for (Future<byte[]> reader : readers) {
        assertThat(reader.get()).isEqualTo(content);
      }
    }
  }

  private static byte[] follow(IncomingBlob incoming, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      // A new reader each time, so that some open it in the midst of the commit.
      try (Blob blob = incoming.read()) {
        int size = (int) incoming.size();
        bytes.limit(size);
        while (bytes.hasRemaining()) {
          assertThat(blob.content().read(bytes, bytes.position())).isPositive();
        }
        bytes.limit(length);
      }
      Thread.onSpinWait();
    }
    return bytes.array();
  }

  @Test
  default void theSameBlobMayBeCommittedByManyAtOnce() throws Exception {
    byte[] content = content(51, 50_000);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Digest>> writers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        writers.add(threads.submit(() -> put(content)));
      }
      for (Future<Digest> writer : writers) {
        Optional<Blob> blob = store().open(writer.get());
        assertThat(readAll(blob.orElseThrow())).isEqualTo(content);
      }
    }
  }
}
