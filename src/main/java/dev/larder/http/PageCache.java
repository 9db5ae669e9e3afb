package dev.larder.http;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;

/**
 * The operating system's cache of files. What goes out by sendfile is brought there first, by a
 * thread that may wait for the disk: sendfile itself would wait on the event loop, and with it
 * every client of that loop.
 */
final class PageCache {
  private static final int BUFFER = 256 << 10;

  private PageCache() {}

  /**
   * Reads what isn't there from the disk.
   *
   * @param length which the file has from {@code offset} on; at least 1
   */
  static void load(FileChannel file, long offset, long length) throws IOException {
    if (!isLoaded(file, offset, length)) {
      ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, length));
      long end = offset + length;
      for (long position = offset; position < end; position += buffer.position()) {
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

  private static boolean isLoaded(FileChannel file, long offset, long length) throws IOException {
    if (file.size() < offset + length) {
      return false; // and mapping it would make it longer
    }
    try (Arena arena = Arena.ofConfined()) {
      return file.map(MapMode.READ_ONLY, offset, length, arena).isLoaded();
    }
  }
}
