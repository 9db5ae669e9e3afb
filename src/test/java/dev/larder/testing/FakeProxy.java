package dev.larder.testing;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An HTTP proxy that takes every host to be one fake on this machine. Each connection of its
 * clients is used for one host.
 */
public final class FakeProxy implements Closeable {
  private final ServerSocket listener;
  private final Thread acceptor;
  private final int port;
  private final Optional<String> login;
  private final List<String> asked = new CopyOnWriteArrayList<>();

  private FakeProxy(int port, Optional<String> login) throws IOException {
    this.port = port;
    this.login = login;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.acceptor = Thread.ofVirtual().start(() -> accept(listener));
  }

  /** A proxy for everybody. */
  public static FakeProxy to(FakeUpstream fake) {
    return start(fake.port(), Optional.empty());
  }

  /**
   * A proxy for one user.
   *
   * @param login {@code user:password}
   */
  public static FakeProxy to(FakeUpstream fake, String login) {
    return start(fake.port(), Optional.of(login));
  }

  private static FakeProxy start(int port, Optional<String> login) {
    try {
      return new FakeProxy(port, login);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its URL, with the login that it wants. */
  public URI url() {
    return URI.create(
        "http://%s127.0.0.1:%d"
            .formatted(login.map(user -> user + "@").orElse(""), listener.getLocalPort()));
  }

  /** The request lines that passed it, of the first request of each connection. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  @Override
  public void close() {
    try {
      listener.close();
      acceptor.join(); // until then the port may still take a connection
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept(ServerSocket listener) {
    while (true) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String head = head(client.getInputStream());
      while (!head.isEmpty() && !welcome(head)) {
        write(
            client,
            """
            HTTP/1.1 407 Fake\r
            Proxy-Authenticate: Basic realm="proxy"\r
            Content-Length: 0\r
            \r
            """);
        head = head(client.getInputStream());
      }
      if (head.isEmpty()) {
        return;
      }
      asked.add(head.lines().findFirst().orElseThrow());
      if (head.startsWith("CONNECT ")) {
        write(client, "HTTP/1.1 200 Fake\r\n\r\n");
      } else {
        write(server, head);
      }
      Thread back = Thread.ofVirtual().start(() -> copy(server, client));
      copy(client, server);
      back.join();
    } catch (IOException e) {
      // one of both is gone
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean welcome(String head) {
    return login.isEmpty()
        || head.contains(
            "Proxy-Authorization: Basic "
                + Base64.getEncoder().encodeToString(login.get().getBytes(StandardCharsets.UTF_8)));
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0; c = in.read()) {
      head.write(c);
      String text = head.toString(StandardCharsets.ISO_8859_1);
      if (text.endsWith("\r\n\r\n")) {
        return text;
      }
    }
    return "";
  }

  private static void write(Socket to, String text) throws IOException {
    to.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException e) {
      // whoever still reads will see that
    }
  }
}
