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

  /** Of what is there, so much is sent at once: each piece costs its thread a turn. */
  private static final int PIECE = 32 << 20;

  /** What isn't there is read in such pieces, for which the client waits. */
  private static final int READ = 4 << 20;

  private PageCache() {}

  /**
   * Finds out how many of the next bytes are there, or reads some of them from the disk.
   *
   * @param length which the file has from {@code offset} on; at least 1
   * @return how many of them are there now; at least 1
   */
  static long load(FileChannel file, long offset, long length) throws IOException {
    long piece = Math.min(PIECE, length);
    if (isLoaded(file, offset, piece)) {
      return piece;
    }
    long count = Math.min(READ, length);
    if (count == piece || !isLoaded(file, offset, count)) {
      bring(file, offset, count);
    }
    return count;
  }

  /** Reads them from the disk. */
  private static void bring(FileChannel file, long offset, long length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BUFFER, length));
    long end = offset + length;
    for (long position = offset; position < end; position += buffer.position()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
      read(file, buffer, position);
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
