package dev.larder.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects a pair of streams with the socket of a serving Larder, so that a {@link ControlClient}
 * can ask it from a place that can start a process beside it, and not reach its files.
 */
public final class ControlBridge {
  private static final Logger LOG = LoggerFactory.getLogger(ControlBridge.class);

  private ControlBridge() {}

  /**
   * Carries bytes until the server has closed its side, or {@code in} ends, which leaves the
   * server. Where none can be reached, the client is told so.
   *
   * @throws IOException if {@code out} can't be written to
   */
  public static void run(Path socket, InputStream in, OutputStream out) throws IOException {
    Optional<SocketChannel> server = connect(socket, out);
    if (server.isEmpty()) {
      return;
    }
    try (SocketChannel channel = server.get()) {
      Thread.ofPlatform().daemon().name("control requests").start(() -> carry(in, channel));
      byte[] buffer = new byte[64 << 10];
      InputStream answers = Channels.newInputStream(channel);
      for (int count = read(answers, buffer); count >= 0; count = read(answers, buffer)) {
        out.write(buffer, 0, count);
        out.flush();
      }
    }
  }

  private static Optional<SocketChannel> connect(Path socket, OutputStream out) throws IOException {
    try {
      return Optional.of(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    } catch (IOException e) {
      LOG.debug("{} can't be connected to", socket, e);
      out.write(
          (ControlServer.failed("no Larder serves the folder %s".formatted(socket.getParent()))
                  + "\n")
              .getBytes(UTF_8));
      out.flush();
      return Optional.empty();
    }
  }

  /** Reads what there is; a negative number if either side has ended it. */
  private static int read(InputStream answers, byte[] buffer) {
    try {
      return answers.read(buffer);
    } catch (IOException e) {
      LOG.debug("the control socket was closed", e);
      return -1;
    }
  }

  private static void carry(InputStream in, SocketChannel channel) {
    try (channel) {
      in.transferTo(Channels.newOutputStream(channel));
    } catch (IOException e) {
      LOG.debug("the client or the server of the control socket has left", e);
    }
  }
}
