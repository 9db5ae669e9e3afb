package dev.larder.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.oci.Digest.Algorithm;
import dev.larder.testing.TestImages;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunningHashTest {
  private static final int LENGTH = 3_500_001;
  private static final byte[] CONTENT = TestImages.bytes(1, LENGTH);

  private final Semaphore room = new Semaphore(1);
  private final RunningHash hash = new RunningHash(Algorithm.SHA256.newHash(), room);
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  private void append(byte[] content, int piece) {
    for (int at = 0; at < content.length; at += piece) {
      ByteBuffer bytes = ByteBuffer.wrap(content, at, Math.min(piece, content.length - at));
      while (bytes.hasRemaining()) {
        ByteBuffer next = hash.next(bytes);
        byte[] copy = new byte[next.remaining()];
        next.get(copy);
        written.writeBytes(copy);
        hash.add(bytes, copy.length);
      }
    }
  }

  private Digest digest() {
    return Algorithm.SHA256.digest(hash.get());
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 65_536, 131_072, 262_144, 262_145, 1 << 20, LENGTH})
  void isThatOfAllBytesHoweverTheyCome(int piece) {
    append(CONTENT, piece);
    assertThat(written.toByteArray()).isEqualTo(CONTENT);
    assertThat(digest()).isEqualTo(Digest.sha256(CONTENT));
  }

  @Test
  void whatIsShortNeedsNoBuffers() {
    append(Arrays.copyOf(CONTENT, 1 << 20), 1000);
    assertThat(room.availablePermits()).isOne();
    assertThat(digest()).isEqualTo(Digest.sha256(Arrays.copyOf(CONTENT, 1 << 20)));
  }

  @Test
  void whereNoBuffersAreLeftItIsComputedAtOnce() {
    room.acquireUninterruptibly();
    append(CONTENT, 100_000);
    hash.end();
    assertThat(room.availablePermits()).isZero();
    assertThat(digest()).isEqualTo(Digest.sha256(CONTENT));
  }

  @Test
  void buffersAreGivenBackAtTheEnd() {
    append(CONTENT, 100_000);
    assertThat(room.availablePermits()).isZero();
    hash.end();
    hash.end();
    assertThat(room.availablePermits()).isOne();
  }

  @Test
  void beginsAnewAfterAReset() {
    append(CONTENT, 100_000);
    hash.reset();
    append(Arrays.copyOf(CONTENT, 2_000_000), 100_000);
    assertThat(digest()).isEqualTo(Digest.sha256(Arrays.copyOf(CONTENT, 2_000_000)));
  }

  @Test
  void whatCouldNotBeWrittenComesAgain() {
    append(CONTENT, 100_000);
    ByteBuffer bytes = ByteBuffer.wrap(CONTENT, 0, 1000);
    hash.next(bytes);
    assertThat(bytes.remaining()).isEqualTo(1000);
    append(Arrays.copyOf(CONTENT, 1000), 1000);
    byte[] all = Arrays.copyOf(CONTENT, LENGTH + 1000);
    System.arraycopy(CONTENT, 0, all, LENGTH, 1000);
    assertThat(digest()).isEqualTo(Digest.sha256(all));
  }
}
