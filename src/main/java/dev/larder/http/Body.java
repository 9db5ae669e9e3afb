package dev.larder.http;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * The body of a response. Its length is known before it is sent; a HEAD request gets that alone.
 */
public sealed interface Body extends Closeable {

  /** How many bytes it has. */
  long length();

  /** Lets go of what it holds. The server calls it once, when the body was sent or won't be. */
  @Override
  void close();

  /**
   * Bytes in memory.
   *
   * @param content not to be changed any more
   */
  record Bytes(byte[] content) implements Body {
    /** No bytes at all. */
    public static final Bytes NONE = new Bytes(new byte[0]);

    @Override
    public long length() {
      return content.length;
    }

    @Override
    public void close() {}
  }

  /**
   * A part of an open file, which goes out by sendfile, or is copied under TLS; the file's name may
   * be gone by then.
   *
   * @param file stays open until {@code owner} is closed
   * @param offset where the part begins in the file
   * @param length the part lies within the file
   * @param owner closed with this body
   */
  record FilePart(FileChannel file, long offset, long length, Runnable owner) implements Body {
    @Override
    public void close() {
      owner.run();
    }
  }

  /**
   * Bytes that come while they are sent.
   *
   * @param length how many will come; fewer cut the answer short
   * @param source writes them, on the request's thread
   * @param owner closed with this body
   */
  record Stream(long length, Source source, Runnable owner) implements Body {
    @Override
    public void close() {
      owner.run();
    }
  }

  /** Writes the bytes of a {@link Stream}. */
  @FunctionalInterface
  interface Source {
    /**
     * Writes them all.
     *
     * @throws IOException if they end too early or the client is gone; the connection, or of HTTP/2
     *     the stream, is cut short of the announced length, which tells the client that the body
     *     isn't whole
     */
    void writeTo(Sink sink) throws IOException;
  }

  /** Where the bytes of a {@link Stream} go. */
  interface Sink {
    /**
     * Sends what remains in {@code bytes}, and blocks until the buffer may be used again.
     *
     * @throws IOException if the client is gone
     */
    void write(ByteBuffer bytes) throws IOException;

    /**
     * Sends a part of a file, by sendfile where that can be, and blocks until it has gone.
     *
     * @param length which the file has from {@code offset} on
     * @throws IOException if the client is gone, or the file can't be read
     */
    void write(FileChannel file, long offset, long length) throws IOException;
  }
}
