package dev.larder.store.file;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritebackTest {
  private static final long MANY = 64 << 20;

  @TempDir Path folder;
  private final Writeback writeback = new Writeback();
  private FileChannel closed;

  @BeforeEach
  void open() throws Exception {
    closed =
        FileChannel.open(
            folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    closed.close();
  }

  @Test
  void aFewBytesDontGoToTheDiskByThemselves() {
    writeback.reached(MANY - 1, closed);
    assertThatCode(writeback::await).doesNotThrowAnyException();
  }

  @Test
  void whoMakesTheFileDurableLearnsThatTheDiskHasFailedBefore() throws Exception {
    writeback.reached(MANY, closed);
    assertThatThrownBy(writeback::await).isInstanceOf(ClosedChannelException.class);
    try (FileChannel open = FileChannel.open(folder.resolve("file"), StandardOpenOption.WRITE)) {
      writeback.reached(2 * MANY, open);
      assertThatThrownBy(writeback::await).isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void manyBytesGoToTheDisk() throws Exception {
    try (FileChannel open = FileChannel.open(folder.resolve("file"), StandardOpenOption.WRITE)) {
      writeback.reached(MANY, open);
      assertThatCode(writeback::await).doesNotThrowAnyException();
    }
    writeback.reached(2 * MANY, closed);
    assertThatThrownBy(writeback::await).isInstanceOf(ClosedChannelException.class);
  }
}
