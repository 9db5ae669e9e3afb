package dev.larder.mirror;

import dev.larder.store.Blob;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A blob of a mirrored repository, open for reading. Whoever gets it closes it. */
public sealed interface MirroredBlob extends Closeable {

  /** How many bytes it has. */
  long size();

  @Override
  void close();

  /** A blob that is in the store. */
  record Whole(Blob blob) implements MirroredBlob {
    @Override
    public long size() {
      return blob.size();
    }

    @Override
    public void close() {
      blob.close();
    }
  }

  /** A blob that is being fetched. */
  non-sealed interface Arriving extends MirroredBlob {
    /**
     * Writes the bytes from {@code offset} on, {@code length} of them, as they come; blocks while
     * they don't.
     *
     * @throws IOException if the fetch fails, or its bytes turn out not to be those of the digest:
     *     then the last ones haven't been written; or if {@code sink} throws it
     */
    void writeTo(long offset, long length, Sink sink) throws IOException;

    /**
     * Waits until all of it has come and was verified.
     *
     * @throws IOException if it doesn't, or isn't kept
     */
    void awaitWhole() throws IOException;
  }

  /** Where the bytes of an {@link Arriving} blob go. */
  interface Sink {
    /** Takes what remains in {@code bytes}; the buffer is used again when this returns. */
    void write(ByteBuffer bytes) throws IOException;

    /** Takes a part of a file, which has it. */
    void write(FileChannel file, long offset, long length) throws IOException;
  }
}
