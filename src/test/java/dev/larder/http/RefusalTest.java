package dev.larder.http;

import static dev.larder.http.TestServer.take;
import static dev.larder.http.TestServer.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.http.Response.Sent;
import dev.larder.testing.RawHttp;
import dev.larder.testing.RawHttp.Answer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the server says for itself, always in the handler's words. */
class RefusalTest {

  @Test
  void aHandlerThatFailsIsAnInternalErrorWithoutDetails() throws Exception {
    TestServer.Function function =
        request ->
            switch (request.path()) {
              case "/exception" -> throw new IllegalStateException("secret");
              case "/error" -> throw new AssertionError("secret");
              case "/io" -> throw new IOException("secret");
              default -> text("fine");
            };
    try (TestServer server = new TestServer(function);
        RawHttp client = server.connect()) {
      for (String path : List.of("/exception", "/error", "/io")) {
        Answer answer = client.get(path).read();
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.text()).startsWith("refused: ").doesNotContain("secret");
      }
      assertThat(client.get("/").read().text()).isEqualTo("fine");
    }
  }

  @Test
  void aReadyHandlerThatFailsIsAnInternalError() throws Exception {
    Handler handler =
        TestServer.ready(
            request -> {
              throw new AssertionError("secret");
            });
    try (TestServer server = new TestServer(handler, Patience.DEFAULT);
        RawHttp client = server.connect()) {
      assertThat(client.get("/").read().status()).isEqualTo(500);
    }
  }

  @Test
  void aResponseThatCannotBeSentIsAnInternalError() throws Exception {
    BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    TestServer.Function function =
        request -> text("x").with("X-Bad", "a\r\nInjected: b").whenSent(sent::add);
    try (TestServer server = new TestServer(function);
        RawHttp client = server.connect()) {
      Answer answer = client.get("/").read();
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.headers()).doesNotContainKeys("injected", "x-bad");
      assertThat(take(sent)).isEqualTo(new Sent(0, false));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | GARBAGE",
        "400 | GET / HTTP/1.1^Host: a^No colon",
        "400 | GET / HTTP/1.1^Host: a^Host: b",
        "400 | GET / HTTP/1.1",
        "400 | PUT / HTTP/1.1^Host: a^Content-Length: x",
        "400 | PUT / HTTP/1.1^Host: a^Content-Length: 1^Content-Length: 2"
      })
  void whatIsNotARequestIsRefused(int status, String lines) throws Exception {
    try (TestServer server = new TestServer(request -> text("never"));
        RawHttp client = server.connect()) {
      Answer answer = client.sendHead(lines.split("\\^")).read();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.text()).startsWith("refused: ");
    }
  }

  @Test
  void tooLongARequestLineIsRefused() throws Exception {
    try (TestServer server = new TestServer(request -> text("" + request.path().length()));
        RawHttp client = server.connect()) {
      assertThat(client.get("/" + "a".repeat(16_000)).read().text()).isEqualTo("16001");

      Answer answer = client.get("/" + "a".repeat(17_000)).read();
      assertThat(answer.status()).isEqualTo(414);
      assertThat(answer.text()).startsWith("refused: ");
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void tooLongAHeaderIsRefused() throws Exception {
    try (TestServer server =
            new TestServer(request -> text("" + request.header("X").orElse("").length()));
        RawHttp client = server.connect()) {
      String[] head = {"GET / HTTP/1.1", "Host: test", "X: " + "a".repeat(60_000)};
      assertThat(client.sendHead(head).read().text()).isEqualTo("60000");

      head[2] = "X: " + "a".repeat(70_000);
      Answer answer = client.sendHead(head).read();
      assertThat(answer.status()).isEqualTo(431);
      assertThat(answer.text()).startsWith("refused: ");
    }
  }
}
