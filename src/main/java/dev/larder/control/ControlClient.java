package dev.larder.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Asks a serving Larder to run operations, one after the other. For one thread. */
public final class ControlClient implements Closeable {
  private final Lines lines;

  private ControlClient(Lines lines) {
    this.lines = lines;
  }

  /**
   * Asks by a connection that leads to the socket of one, as {@link ControlBridge} makes it.
   *
   * @param connection is closed with this; the streams are of it
   */
  public static ControlClient over(InputStream in, OutputStream out, Closeable connection) {
    return new ControlClient(new Lines(in, out, connection));
  }

  /**
   * Connects to the Larder that listens at {@code socket}; empty if none does.
   *
   * @throws IOException if one may, but can't be reached: for want of permission, say
   */
  public static Optional<ControlClient> connect(Path socket) throws IOException {
    if (!Files.exists(socket)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ControlClient(new Lines(SocketChannel.open(UnixDomainSocketAddress.of(socket)))));
    } catch (ConnectException e) {
      return Optional.empty(); // left behind by one that was killed
    } catch (IOException e) {
      throw new IOException("can't connect to %s: %s".formatted(socket, e.getMessage()), e);
    }
  }

  /**
   * Runs an operation there, and waits for its end.
   *
   * @param progress is told and given what the operation tells and gives its own
   * @throws OperationException with the sentence that tells why it wasn't done
   * @throws EOFException if the other side has left; the operation may have been done in part
   * @throws IOException if the connection breaks otherwise
   */
  public JsonNode run(String operation, JsonNode arguments, Progress progress)
      throws OperationException, IOException {
    lines.write(
        Lines.JSON.createObjectNode().put("operation", operation).set("arguments", arguments));
    while (true) {
      JsonNode line =
          lines.read().orElseThrow(() -> new EOFException("Larder has ended in the middle of it"));
      if (line.has("result")) {
        return line.path("result");
      }
      if (line.has("failed")) {
        throw new OperationException(line.path("failed").asText());
      }
      if (line.has("item")) {
        progress.give(line.path("item"));
      } else {
        progress.report(Lines.JSON.treeToValue(line.path("step"), Step.class));
      }
    }
  }

  /** Leaves; an operation that isn't over is cancelled. */
  @Override
  public void close() throws IOException {
    lines.close();
  }
}
