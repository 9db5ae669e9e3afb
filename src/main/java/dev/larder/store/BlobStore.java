package dev.larder.store;

import dev.larder.oci.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * Content by digest. What can be opened here was verified and is durable; what is on its way in is
 * an {@link IncomingBlob} and can't be opened. Safe for use by many threads.
 */
public interface BlobStore {

  /** Opens a blob; empty if it isn't here. Whoever opens it closes it. */
  Optional<Blob> open(Digest digest) throws IOException;

  /** The length of a blob in bytes; empty if it isn't here. */
  OptionalLong size(Digest digest) throws IOException;

  /** Begins a blob whose digest is told at its end. It doesn't survive a restart. */
  IncomingBlob create() throws IOException;

  /**
   * Begins the blob {@code digest}, or takes it up again where an earlier run of the process had to
   * leave it: {@link IncomingBlob#size} says how much is there. One at a time for each digest.
   */
  IncomingBlob resume(Digest digest) throws IOException;

  /**
   * Begins a blob with all bytes of {@code file}, which aren't copied: the file gets a second name
   * here, and is read for the hash of {@code digest}. Nothing can be added to them.
   *
   * <p>Nobody may change the file's bytes from here on. To remove the file, or to put another in
   * its place, changes nothing here.
   *
   * @param hashed is told how many more bytes have been read, again and again; what it throws ends
   *     this
   * @throws IOException if the file can't be read
   */
  Adoption adopt(Path file, Digest digest, LongConsumer hashed) throws IOException;

  /** Removes a blob. Readers that have it open go on. Removing what isn't here does nothing. */
  void delete(Digest digest) throws IOException;

  /**
   * Sets a blob aside whose bytes have become wrong: it isn't here any more, but can be looked at.
   */
  void quarantine(Digest digest) throws IOException;

  /** Sets bytes aside that were to be those of {@code digest}. */
  void quarantine(Digest digest, byte[] content) throws IOException;

  /**
   * Drops what {@link #resume} has kept, of blobs that aren't on their way in, and that was last
   * written to before {@code time}.
   *
   * @return how many were dropped
   */
  long dropPartial(Instant time) throws IOException;

  /**
   * Shows the blobs that are here, a part of them at a time: such as are neighbours in the order of
   * digests.
   */
  void forEach(Visitor visitor) throws IOException;

  /** Is shown some of the blobs that are here. */
  @FunctionalInterface
  interface Visitor {
    void visit(List<Digest> some) throws IOException;
  }
}
