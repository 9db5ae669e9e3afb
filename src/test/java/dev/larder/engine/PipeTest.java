package dev.larder.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PipeTest {
  private ServerSocket server;

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 5, InetAddress.ofLiteral("127.0.0.1"));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void theEndOfInputArrivesWhileOutputStillComes() throws Exception {
    engine(
        socket -> {
          read(socket);
          write(socket, "HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\n");
          byte[] input = socket.getInputStream().readAllBytes();
          write(socket, "read " + new String(input, UTF_8));
        });

    try (Pipe pipe = open()) {
      pipe.out().write("hello".getBytes(UTF_8));
      pipe.endOfInput().close();

      assertThat(pipe.in().readAllBytes()).asString(UTF_8).isEqualTo("read hello");
    }
  }

  @Test
  void aRefusalIsToldInTheEnginesWords() throws Exception {
    engine(
        socket -> {
          read(socket);
          String refusal = "{\"message\": \"it isn't running\"}";
          write(socket, "HTTP/1.1 409 Conflict\r\nServer: Docker\r\n\r\n" + refusal);
        });

    assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessage("it isn't running");
  }

  @Test
  void anEngineThatHangsUpIsTold() throws Exception {
    engine(PipeTest::read);

    assertThatThrownBy(this::open).isInstanceOf(EOFException.class);
  }

  @Test
  void whatIsntHttpIsTold() throws Exception {
    engine(
        socket -> {
          read(socket);
          write(socket, "220 mail.example ESMTP\r\n\r\n");
        });

    assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("HTTP");
  }

  private interface Behaviour {
    void with(Socket socket) throws IOException;
  }

  private void engine(Behaviour behaviour) {
    Thread _ =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (Socket socket = server.accept()) {
                    behaviour.with(socket);
                  } catch (IOException e) {
                    // the test sees it at its own end
                  }
                });
  }

  private Pipe open() throws IOException {
    URI uri = URI.create("tcp://127.0.0.1:" + server.getLocalPort());
    return Pipe.open(new EngineAddress(uri, Optional.empty(), "the test"), "/exec/1/start", "{}");
  }

  /** Reads a request with its body of two bytes. */
  private static void read(Socket socket) throws IOException {
    StringBuilder request = new StringBuilder();
    while (!request.toString().endsWith("\r\n\r\n{}")) {
      request.append((char) socket.getInputStream().read());
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
  }
}
