package dev.larder.engine;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A command's standard output, out of frames of either stream: a byte for the stream (1 or 2),
 * three zeros, the length in four bytes, the content.
 */
final class Frames extends InputStream {
  private static final int FRAME_HEAD = 8;
  private static final int STDERR = 2;

  private final InputStream frames;
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private int left;

  Frames(InputStream frames) {
    this.frames = frames;
  }

  String errors() {
    return errors.toString(StandardCharsets.UTF_8);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (left == 0) {
      byte[] head = head();
      if (head.length == 0) {
        return -1;
      }
      if (head.length < FRAME_HEAD) {
        throw new EOFException("the engine hung up");
      }
      int size = ByteBuffer.wrap(head).getInt(Integer.BYTES);
      if (head[0] == STDERR) {
        errors.write(whole(size));
      } else {
        left = size;
      }
    }
    int read = frames.read(bytes, offset, Math.min(length, left));
    if (read < 0) {
      throw new EOFException("the engine hung up");
    }
    left -= read;
    return read;
  }

  /** Empty at the end. */
  private byte[] head() throws IOException {
    try {
      return frames.readNBytes(FRAME_HEAD);
    } catch (SocketException e) {
      // So Podman's end arrives when the command hasn't read all of its input; the exit code,
      // which is asked for apart, says what came of it.
      return new byte[0];
    }
  }

  private byte[] whole(int size) throws IOException {
    byte[] content = frames.readNBytes(size);
    if (content.length < size) {
      throw new EOFException("the engine hung up");
    }
    return content;
  }
}
