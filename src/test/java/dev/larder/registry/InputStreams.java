package dev.larder.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Bodies of requests that don't just come. */
final class InputStreams {
  private InputStreams() {}

  /** Something that is done when a body is first read. */
  interface Before {
    void run() throws InterruptedException;
  }

  /** A body that can't be read. */
  static InputStream failing(String message) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        throw new IOException(message);
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        throw new IOException(message);
      }
    };
  }

  /** A body before which something is done. */
  static InputStream of(Before before, byte[] content) {
    InputStream bytes = new ByteArrayInputStream(content);
    return new InputStream() {
      private boolean begun;

      @Override
      public int read() throws IOException {
        begin();
        return bytes.read();
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        begin();
        return bytes.read(into, offset, length);
      }

      private void begin() {
        if (!begun) {
          begun = true;
          try {
            before.run();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }
      }
    };
  }

  /** A body whose second half waits. */
  static InputStream halting(byte[] content, CountDownLatch goOn, InputStream second) {
    return new SequenceInputStream(
        new ByteArrayInputStream(content, 0, content.length / 2),
        new SequenceInputStream(of(() -> goOn.await(20, TimeUnit.SECONDS), new byte[0]), second));
  }
}
