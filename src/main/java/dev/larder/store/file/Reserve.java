package dev.larder.store.file;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Room that nothing gets but removals: a file of {@value #BYTES} bytes, which is deleted when the
 * catalog is to remove something and finds the disk full. That takes some room first, so without it
 * a full disk would stay full. As long as it is gone, no blob is written; it is made again when
 * there is twice its room. Safe for use by many threads.
 */
public final class Reserve {
  static final long BYTES = 8 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Reserve.class);
  private static final int PIECE = 1 << 20;

  private final Path file;
  private final ReentrantLock changing = new ReentrantLock();
  private volatile boolean whole;

  /** That of the folder; given up at once if there is little room beside it. */
  public Reserve(Path folder) throws IOException {
    this.file = folder.resolve("reserve");
    this.whole = Files.exists(file) && Files.size(file) == BYTES;
    if (room() < BYTES) {
      release();
    }
  }

  private long room() throws IOException {
    return Files.getFileStore(file.resolveSibling("")).getUsableSpace();
  }

  /** Gives it up; whether that made room. */
  public boolean release() {
    changing.lock();
    try {
      if (!Files.deleteIfExists(file)) {
        return false;
      }
      whole = false;
      LOG.warn(
          "the disk of {} is full: until it has room, what is pulled isn't kept and no push is"
              + " taken",
          file.resolveSibling(""));
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      changing.unlock();
    }
  }

  /**
   * Makes it again if it is gone.
   *
   * @throws IOException if there is no room for that
   */
  public void require() throws IOException {
    if (whole) {
      return;
    }
    changing.lock();
    try {
      if (!whole) {
        make();
        whole = true;
      }
    } finally {
      changing.unlock();
    }
  }

  private void make() throws IOException {
    if (room() < 2 * BYTES) {
      throw new IOException("no space left beside " + file);
    }
    // Random bytes, since a file system that compresses would keep no room for others.
    byte[] piece = new byte[PIECE];
    try (OutputStream out = Files.newOutputStream(file, CREATE, TRUNCATE_EXISTING, WRITE)) {
      for (long made = 0; made < BYTES; made += PIECE) {
        ThreadLocalRandom.current().nextBytes(piece);
        out.write(piece);
      }
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }
}
