package dev.larder.store.file;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.larder.oci.Digest;
import dev.larder.oci.Digest.Algorithm;
import dev.larder.store.Blob;
import dev.larder.store.DigestMismatchException;
import dev.larder.store.IncomingBlob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/**
 * A file that becomes a blob. One thread at a time writes and ends it; {@link #size} and {@link
 * #read} are for any thread, at any time.
 */
final class IncomingFile implements IncomingBlob {
  private static final int READ_SIZE = 256 << 10;

  private final FileBlobStore store;
  private final Algorithm algorithm;
  private final boolean kept;
  private final Runnable release;
  private final RunningHash hash;
  private Writeback writeback = new Writeback();

  /** Held while the file gets another name or none, so that a reader finds the one it has. */
  private final ReentrantLock naming = new ReentrantLock();

  private Path file;
  private FileChannel channel;
  private volatile long size;

  /** Whether the last bytes couldn't be written: then all go, to make room on a full disk. */
  private boolean failed;

  private boolean ended;

  /** Whether {@code file} names these bytes; later it may name those of a new attempt. */
  private boolean named = true;

  /**
   * Goes on with what is in {@code channel}.
   *
   * @param store where it is to be a blob
   * @param file the name of the open file
   * @param algorithm of the running hash
   * @param kept whether bytes that aren't committed stay for another time
   * @param hashed is told how many more bytes of the channel have been read
   * @param release is run when this has ended
   */
  IncomingFile(
      FileBlobStore store,
      Path file,
      FileChannel channel,
      Algorithm algorithm,
      boolean kept,
      LongConsumer hashed,
      Runnable release)
      throws IOException {
    this.store = store;
    this.file = file;
    this.channel = channel;
    this.algorithm = algorithm;
    this.kept = kept;
    this.release = release;
    try {
      MessageDigest before = algorithm.newHash();
      this.size = hash(before, channel.size(), hashed);
      this.hash = new RunningHash(before, store.hashing());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void append(ByteBuffer bytes) throws IOException {
    requireWritable();
    while (bytes.hasRemaining()) {
      ByteBuffer next = hash.next(bytes);
      int length = next.remaining();
      long end = write(next);
      hash.add(bytes, length);
      size = end;
      writeback.reached(end, channel);
    }
  }

  /** Writes all of {@code bytes}; where they end in the file. */
  private long write(ByteBuffer bytes) throws IOException {
    long position = size;
    try {
      store.requireRoom();
      while (bytes.hasRemaining()) {
        position += channel.write(bytes, position);
      }
    } catch (ClosedChannelException e) {
      // The writer was interrupted; it may come back for these bytes.
      throw e;
    } catch (IOException e) {
      failed = true;
      throw new IOException("%s can't be written: %s".formatted(file, e.getMessage()), e);
    }
    failed = false;
    return position;
  }

  /**
   * {@inheritDoc}
   *
   * <p>It goes on in a new file: whoever reads the old one keeps those bytes and sees no others.
   */
  @Override
  public void restart() throws IOException {
    requireWritable();
    naming.lock();
    try {
      channel.close();
      Files.deleteIfExists(file);
      channel = FileChannel.open(file, CREATE_NEW, READ, WRITE);
      size = 0;
    } finally {
      naming.unlock();
    }
    hash.reset();
    writeback = new Writeback();
    failed = false;
  }

  @Override
  public Blob read() throws IOException {
    naming.lock();
    try {
      if (!named) {
        throw new IOException("%s has been let go of".formatted(file));
      }
      return new Blob(FileChannel.open(file, READ), size);
    } finally {
      naming.unlock();
    }
  }

  @Override
  public void commit(Digest digest) throws DigestMismatchException, IOException {
    requireWritable();
    try {
      if (failed) {
        throw new IOException("not all bytes of %s could be written".formatted(digest));
      }
      verify(digest);
      publish(store.place(digest));
    } catch (IOException | DigestMismatchException | RuntimeException e) {
      try {
        discard();
      } catch (IOException f) {
        e.addSuppressed(f);
      }
      throw e;
    }
  }

  private void verify(Digest digest) throws DigestMismatchException, IOException {
    MessageDigest written = hash.get();
    if (digest.algorithm() != algorithm) {
      written = digest.algorithm().newHash();
      hash(written, size, _ -> {});
    }
    Digest actual = digest.algorithm().digest(written);
    if (!actual.equals(digest)) {
      throw new DigestMismatchException(digest, actual);
    }
  }

  /** Makes the file a blob, or drops it where that blob is there already. */
  private void publish(Path place) throws IOException {
    if (Files.exists(place)) {
      // Whoever put it there may not have come as far as this.
      DurableFiles.syncFolder(place.resolveSibling(""));
      naming.lock();
      try {
        Files.deleteIfExists(file);
        file = place;
      } finally {
        naming.unlock();
      }
    } else {
      writeback.await();
      channel.force(true);
      naming.lock();
      try {
        DurableFiles.move(file, place);
        file = place;
      } finally {
        naming.unlock();
      }
    }
    end();
  }

  @Override
  public void close() throws IOException {
    letGo(kept && !failed);
  }

  @Override
  public void discard() throws IOException {
    letGo(false);
  }

  private void letGo(boolean keep) throws IOException {
    if (ended) {
      return;
    }
    try {
      naming.lock();
      try {
        named = false;
        if (!keep) {
          Files.deleteIfExists(file);
        }
      } finally {
        naming.unlock();
      }
    } finally {
      end();
    }
  }

  private void end() throws IOException {
    ended = true;
    hash.end();
    try {
      channel.close();
    } finally {
      release.run();
    }
  }

  private void requireWritable() {
    if (ended) {
      throw new IllegalStateException("nothing more can be written to a blob that has ended");
    }
  }

  /** Adds the file's first {@code length} bytes to {@code hash}, and says how many they were. */
  private long hash(MessageDigest hash, long length, LongConsumer hashed) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(READ_SIZE, length));
    long position = 0;
    while (position < length) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), length - position));
      int count = channel.read(buffer, position);
      if (count < 0) {
        throw new IOException("%s has become shorter than it was".formatted(file));
      }
      hash.update(buffer.flip());
      position += count;
      hashed.accept(count);
    }
    return position;
  }
}
