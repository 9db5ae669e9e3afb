package dev.larder.http;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.Optional;

/**
 * What the operating system's cache has of a part of a file. What goes out by sendfile is brought
 * there first, by a thread that may wait for the disk: sendfile itself would wait on the event
 * loop, and with it every client of that loop. For one thread.
 */
final class PageCache implements AutoCloseable {
  private static final int BUFFER = 256 << 10;

  private final FileChannel file;
  private final long offset;
  private final Arena arena = Arena.ofConfined();

  /** Only to ask what of it is there; empty if the file has become shorter. */
  private final Optional<MemorySegment> mapped;

  /**
   * @param length of the part, which begins at {@code offset}; at least 1
   */
  PageCache(FileChannel file, long offset, long length) throws IOException {
    this.file = file;
    this.offset = offset;
    // Mapping more than there is would make the file longer.
    this.mapped =
        file.size() < offset + length
            ? Optional.empty()
            : Optional.of(file.map(MapMode.READ_ONLY, offset, length, arena));
  }

  /**
   * Reads what isn't there from the disk.
   *
   * @param begin in the file
   */
  void load(long begin, long length) throws IOException {
    if (mapped.isEmpty() || !mapped.get().asSlice(begin - offset, length).isLoaded()) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, length));
      long end = begin + length;
      for (long position = begin; position < end; position += buffer.position()) {
        buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
        read(file, buffer, position);
      }
    }
  }

  /**
   * Reads some bytes, from there or from the disk.
   *
   * @throws IOException if the file hasn't any at {@code position} any more, or can't be read
   */
  static void read(FileChannel file, ByteBuffer to, long position) throws IOException {
    if (file.read(to, position) < 0) {
      throw new IOException("the file has become shorter than it was");
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
