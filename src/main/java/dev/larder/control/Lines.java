package dev.larder.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** A connection that carries a JSON object a line. */
final class Lines implements Closeable {
  static final JsonMapper JSON = JsonMapper.builder().build();

  /** Longer than any request or report; a line that doesn't end isn't collected for ever. */
  private static final int LONGEST = 16 << 20;

  private final Closeable connection;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] buffer = new byte[64 << 10];
  private int next;
  private int limit;

  Lines(SocketChannel channel) {
    this(Channels.newInputStream(channel), Channels.newOutputStream(channel), channel);
  }

  /** Closing closes {@code connection}, which the streams are of. */
  Lines(InputStream in, OutputStream out, Closeable connection) {
    this.connection = connection;
    this.in = in;
    this.out = out;
  }

  void write(ObjectNode line) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(JSON.writeValueAsBytes(line));
    bytes.write('\n');
    bytes.writeTo(out);
    out.flush();
  }

  /**
   * The next line; empty if the other side has closed the connection.
   *
   * @throws IOException also if it isn't JSON
   */
  Optional<JsonNode> read() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (boolean ended = false; !ended; ) {
      if (next == limit && !fill()) {
        return Optional.empty();
      }
      int end = next;
      while (end < limit && buffer[end] != '\n') {
        end++;
      }
      if (line.size() + end - next > LONGEST) {
        throw new IOException("a line of the control socket doesn't end");
      }
      line.write(buffer, next, end - next);
      ended = end < limit;
      next = ended ? end + 1 : end;
    }
    try {
      return Optional.of(JSON.readTree(line.toByteArray()));
    } catch (JsonProcessingException e) {
      throw new IOException("a line of the control socket isn't JSON", e);
    }
  }

  /** Reads some bytes; false if the other side has closed the connection. */
  private boolean fill() throws IOException {
    next = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
