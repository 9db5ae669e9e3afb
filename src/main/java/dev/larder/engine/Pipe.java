package dev.larder.engine;

import com.github.dockerjava.core.LocalDirectorySSLConfig;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.net.ssl.SSLSocket;

/**
 * A connection to the engine that a request turns into a command's streams. The library can do that
 * too, but not tell the command that its input has ended, which takes closing one direction only.
 *
 * @param in what comes from the engine
 * @param out what goes there
 * @param endOfInput closes the direction to the engine
 * @param connection closes both
 */
record Pipe(InputStream in, OutputStream out, Closeable endOfInput, Closeable connection)
    implements Closeable {
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int OK = 200;
  private static final int MAX_HEAD = 64 * 1024;
  private static final int PLAIN_PORT = 2375;
  private static final int TLS_PORT = 2376;

  /**
   * Sends a request and leaves the connection open for what follows.
   *
   * @throws IOException if the engine doesn't answer or refuses; then its words are the message
   */
  static Pipe open(EngineAddress address, String path, String json) throws IOException {
    Pipe pipe = connect(address);
    try {
      pipe.request(("tcp".equals(address.uri().getScheme()) ? prefix(address) : "") + path, json);
      return pipe;
    } catch (IOException | RuntimeException e) {
      pipe.close();
      throw e;
    }
  }

  private static String prefix(EngineAddress address) {
    return String.valueOf(address.uri().getRawPath()).replaceFirst("/$", "");
  }

  private static Pipe connect(EngineAddress address) throws IOException {
    String host = String.valueOf(address.uri().getHost());
    int port = address.uri().getPort();
    return switch (String.valueOf(address.uri().getScheme())) {
      case "unix" -> plain(UnixDomainSocketAddress.of(address.uri().getPath()));
      case "tcp" ->
          address.certificates().isPresent()
              ? encrypted(address.certificates().get(), host, port < 0 ? TLS_PORT : port)
              : plain(new InetSocketAddress(host, port < 0 ? PLAIN_PORT : port));
      default ->
          throw new IOException(
              "commands in containers need a Unix socket or TCP, not " + address.uri());
    };
  }

  private static Pipe plain(SocketAddress address) throws IOException {
    SocketChannel channel = SocketChannel.open(address);
    return new Pipe(
        new BufferedInputStream(Channels.newInputStream(channel)),
        Channels.newOutputStream(channel),
        () -> {
          if (channel.isOpen()) {
            channel.shutdownOutput();
          }
        },
        channel);
  }

  private static Pipe encrypted(Path certificates, String host, int port) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            new LocalDirectorySSLConfig(certificates.toString())
                .getSSLContext()
                .getSocketFactory()
                .createSocket(host, port);
    var parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    return new Pipe(
        new BufferedInputStream(socket.getInputStream()),
        socket.getOutputStream(),
        socket::shutdownOutput,
        socket);
  }

  private void request(String path, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    String head =
        """
        POST %s HTTP/1.1
        Host: localhost
        Connection: Upgrade
        Upgrade: tcp
        Content-Type: application/json
        Content-Length: %d

        """
            .formatted(path, body.length)
            .replace("\n", "\r\n");
    out.write((head + json).getBytes(StandardCharsets.UTF_8));
    out.flush();
    String answer = head();
    int status = status(answer);
    if (status != SWITCHING_PROTOCOLS && status != OK) {
      endOfInput.close(); // so that the engine closes its direction after the error
      String error = new String(in.readNBytes(MAX_HEAD), StandardCharsets.UTF_8);
      throw new IOException(
          error.indexOf('{') < 0
              ? "status " + status
              : Api.message(error.substring(error.indexOf('{'), error.lastIndexOf('}') + 1))
                  .orElse("status " + status));
    }
  }

  private String head() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0 || head.length() > MAX_HEAD) {
        throw new EOFException("the engine hung up");
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static int status(String head) throws IOException {
    String[] words = head.split("[ \r]", 3);
    if (!head.startsWith("HTTP/") || words.length < 2 || !words[1].matches("[0-9]{3}")) {
      throw new IOException("the engine doesn't speak HTTP");
    }
    return Integer.parseInt(words[1]);
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
