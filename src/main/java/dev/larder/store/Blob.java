package dev.larder.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;

/**
 * A stored blob, open for reading. Its bytes stay readable until it is closed, whatever happens to
 * the store meanwhile.
 *
 * @param content the bytes, from 0 to {@code size}
 * @param size how many bytes it has
 * @param use ends with it
 */
public record Blob(FileChannel content, long size, Closeable use) implements Closeable {

  /** A blob of which nobody takes note that it is open. */
  public Blob(FileChannel content, long size) {
    this(content, size, () -> {});
  }

  @Override
  public void close() {
    try (use) {
      content.close();
    } catch (IOException e) {
      throw new UncheckedIOException("closing a blob that was only read", e);
    }
  }
}
