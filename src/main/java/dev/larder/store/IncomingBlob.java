package dev.larder.store;

import dev.larder.oci.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A blob on its way in: written by one thread, hashed as it is written, invisible in the store
 * until it is committed. Its bytes below {@link #size} can be read by any thread meanwhile.
 */
public interface IncomingBlob extends Closeable {

  /** How many bytes have been written. */
  long size();

  /**
   * Writes what remains in {@code bytes} after those that are there.
   *
   * @throws IOException if they can't be written, for a full disk say; what remains in {@code
   *     bytes} then wasn't, and this may be tried again. As long as it hasn't succeeded, this can't
   *     be committed, and letting go of it drops what was written
   */
  void append(ByteBuffer bytes) throws IOException;

  /**
   * Drops all bytes that were written. Whoever has them open for reading keeps them, and doesn't
   * see those that are written from here on.
   */
  void restart() throws IOException;

  /**
   * Opens what has been written for reading, independently of the writer: it stays readable, and
   * grows, until it is closed, also when this is committed or discarded. {@link Blob#size} is the
   * size at the time of the call.
   *
   * @throws IOException also if this was let go of without a commit
   */
  Blob read() throws IOException;

  /**
   * Verifies the bytes against {@code digest}, makes them durable, and then visible under it. If
   * the blob is in the store already, these bytes are dropped. Whatever the outcome, nothing more
   * can be written.
   *
   * @throws DigestMismatchException if the bytes aren't those of {@code digest}; they are dropped
   * @throws IOException if they can't be made durable; they are dropped
   */
  void commit(Digest digest) throws DigestMismatchException, IOException;

  /**
   * Lets go of it. Uncommitted bytes of {@link BlobStore#create} are dropped; those of {@link
   * BlobStore#resume} are kept to be taken up again.
   */
  @Override
  void close() throws IOException;

  /** Lets go of it and drops the bytes. Does nothing after a commit. */
  void discard() throws IOException;
}
