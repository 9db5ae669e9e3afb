package dev.larder.upstream;

import java.io.IOException;
import java.io.InputStream;

/**
 * A blob's bytes on their way in; says of which blob, and how far it came, where they break off.
 */
final class BlobBody extends InputStream {
  private final Question question;
  private final Exchange exchange;
  private long count;

  BlobBody(Question question, Exchange exchange) {
    this.question = question;
    this.exchange = exchange;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      int read = exchange.read(buffer, offset, length);
      count += Math.max(0, read);
      return read;
    } catch (IOException e) {
      throw new UpstreamException(
          "%s broke off %s after %d bytes: %s"
              .formatted(question.settings().name(), question.subject(), count, question.reason(e)),
          e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public void close() {
    exchange.close();
  }
}
