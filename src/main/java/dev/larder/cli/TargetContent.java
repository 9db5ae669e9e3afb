package dev.larder.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The bytes of a manifest or blob, asked for piece by piece. For one thread. */
final class TargetContent extends InputStream {
  private final Target target;
  private final ObjectNode where;
  private long offset;
  private byte[] piece = new byte[0];
  private int next;
  private boolean ended;

  /**
   * @param where as {@link ContentOperation#where} says it
   * @param offset the first byte that is wanted
   */
  TargetContent(Target target, ObjectNode where, long offset) {
    this.target = target;
    this.where = where;
    this.offset = offset;
  }

  @Override
  public int read() throws IOException {
    return fill() ? piece[next++] & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int start, int length) throws IOException {
    Objects.checkFromIndexSize(start, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, piece.length - next);
    System.arraycopy(piece, next, bytes, start, count);
    next += count;
    return count;
  }

  private boolean fill() throws IOException {
    if (next < piece.length) {
      return true;
    }
    if (!ended) {
      try {
        piece =
            target
                .run(Operations.CONTENT, where.deepCopy().put("offset", offset), Progress.UNSEEN)
                .path("content")
                .binaryValue();
      } catch (OperationException e) {
        throw new IOException(e.getMessage(), e);
      }
      next = 0;
      offset += piece.length;
      ended = piece.length == 0;
    }
    return !ended;
  }
}
