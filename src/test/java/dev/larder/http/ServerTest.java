package dev.larder.http;

import static dev.larder.http.TestServer.ANY_PORT;
import static dev.larder.http.TestServer.await;
import static dev.larder.http.TestServer.handler;
import static dev.larder.http.TestServer.take;
import static dev.larder.http.TestServer.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.http.Response.Sent;
import dev.larder.testing.RawHttp;
import dev.larder.testing.RawHttp.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServerTest {

  @Test
  void aRequestArrivesAsItWasSent() throws Exception {
    BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    try (TestServer server =
            new TestServer(
                request -> {
                  requests.add(request);
                  return text("hello").with("X-One", "1").with("X-One", "2");
                });
        RawHttp client = server.connect()) {
      client.sendHead(
          "GET /v2/a%2Fb/c?ns=localhost%3A5000 HTTP/1.1",
          "Host: larder:5000", "Accept: a", "Accept: b");
      Answer answer = client.read();

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("hello");
      assertThat(answer.headers()).containsOnlyKeys("x-one", "date", "content-length");
      assertThat(answer.header("X-One")).isEqualTo("1,2");
      assertThat(ZonedDateTime.parse(answer.header("Date"), DateTimeFormatter.RFC_1123_DATE_TIME))
          .isNotNull();

      Request request = requests.remove();
      assertThat(request.method()).isEqualTo("GET");
      assertThat(request.path()).isEqualTo("/v2/a%2Fb/c");
      assertThat(request.rawQuery()).isEqualTo("ns=localhost%3A5000");
      assertThat(request.scheme()).isEqualTo("http");
      assertThat(request.headers()).hasToString("[Host: larder:5000, Accept: a, Accept: b]");
      assertThat(request.local()).isEqualTo(server.address());
      assertThat(request.remote().getAddress()).isEqualTo(InetAddress.getLoopbackAddress());
      assertThat(request.body().read()).isEqualTo(-1);
    }
  }

  @Test
  void aConnectionServesManyRequests() throws Exception {
    try (TestServer server = new TestServer(request -> text(request.path()));
        RawHttp client = server.connect()) {
      for (int i = 0; i < 50; i++) {
        assertThat(client.get("/" + i).read().text()).isEqualTo("/" + i);
      }
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    CountDownLatch allSent = new CountDownLatch(1);
    TestServer.Function function =
        request -> {
          if (request.path().endsWith("/slow")) {
            await(allSent);
          }
          return text(request.path() + new String(request.body().readAllBytes(), UTF_8));
        };
    try (TestServer server = new TestServer(function);
        RawHttp client = server.connect()) {
      for (int i = 0; i < 12; i++) {
        if (i == 5) {
          client.sendHead("PUT /5/ HTTP/1.1", "Host: test", "Content-Length: 4").send("body");
        } else {
          client.get("/" + i + (i % 3 == 0 ? "/slow" : "/"));
        }
      }
      allSent.countDown();

      List<String> answers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        answers.add(client.read().text());
      }
      assertThat(answers)
          .containsExactly(
              "/0/slow", "/1/", "/2/", "/3/slow", "/4/", "/5/body", "/6/slow", "/7/", "/8/",
              "/9/slow", "/10/", "/11/");
    }
  }

  @Test
  void noNumberOfPipelinedRequestsIsTooMany() throws Exception {
    Handler handler =
        TestServer.ready(
            request ->
                request.path().endsWith("0") ? Optional.empty() : Optional.of(text("at once")));
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      requests.append("GET /").append(i).append(" HTTP/1.1\r\nHost: test\r\n\r\n");
    }
    try (TestServer server = new TestServer(handler, Patience.DEFAULT);
        RawHttp client = server.connect()) {
      client.send(requests.toString());
      for (int i = 0; i < 2000; i++) {
        assertThat(client.read().text()).startsWith(i % 10 == 0 ? "on " : "at once");
      }
    }
  }

  @Test
  void aRequestToAnAbsoluteTargetIsOneToItsPath() throws Exception {
    try (TestServer server =
            new TestServer(request -> text(request.path() + " " + request.rawQuery()));
        RawHttp client = server.connect()) {
      client.sendHead("GET http://larder:5000/v2/?n=1 HTTP/1.1", "Host: larder:5000");
      assertThat(client.read().text()).isEqualTo("/v2/ n=1");
      assertThat(client.get("*").read().text()).startsWith("*");
    }
  }

  @Test
  void aReadyAnswerNeedsNoThread() throws Exception {
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    Handler handler =
        TestServer.ready(
            request -> {
              threads.add(Thread.currentThread());
              return request.path().equals("/ready")
                  ? Optional.of(text("at once"))
                  : Optional.empty();
            });
    try (TestServer server = new TestServer(handler, Patience.DEFAULT);
        RawHttp client = server.connect()) {
      assertThat(client.get("/ready").read().text()).isEqualTo("at once");
      assertThat(threads.remove().isVirtual()).isFalse();
      assertThat(client.get("/other").read().text()).startsWith("on VirtualThread");
    }
  }

  @Test
  void aClientThatWantsTheConnectionClosedSeesItClosed() throws Exception {
    try (TestServer server = new TestServer(request -> text("bye"));
        RawHttp client = server.connect();
        RawHttp old = server.connect()) {
      Answer answer = client.sendHead("GET / HTTP/1.1", "Host: test", "Connection: close").read();
      assertThat(answer.header("Connection")).isEqualTo("close");
      assertThat(client.readToEnd()).isEmpty();

      assertThat(old.sendHead("GET / HTTP/1.0").read().text()).isEqualTo("bye");
      assertThat(old.readToEnd()).isEmpty();
    }
  }

  @Test
  void listensOnSeveralAddresses() throws Exception {
    Server server =
        Server.start(
            List.of(
                new Server.Listener(ANY_PORT, handler(request -> text("one"))),
                new Server.Listener(ANY_PORT, handler(request -> text("two")))));
    try (RawHttp one = RawHttp.connect(server.addresses().get(0));
        RawHttp two = RawHttp.connect(server.addresses().get(1))) {
      assertThat(one.get("/").read().text()).isEqualTo("one");
      assertThat(two.get("/").read().text()).isEqualTo("two");
    } finally {
      server.stop(Duration.ZERO);
    }
  }

  @Test
  void anAddressInUseIsNamedAndNoOtherIsHeld() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    InetSocketAddress first = new InetSocketAddress(InetAddress.getLoopbackAddress(), free);
    Handler handler = handler(request -> text("x"));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      InetSocketAddress second = (InetSocketAddress) taken.getLocalSocketAddress();
      assertThatThrownBy(
              () ->
                  Server.start(
                      List.of(
                          new Server.Listener(first, handler),
                          new Server.Listener(second, handler))))
          .isInstanceOf(IOException.class)
          .hasMessage("can't listen on 127.0.0.1:%d: Address already in use", second.getPort());
    }
    new ServerSocket(free, 1, InetAddress.getLoopbackAddress()).close();
  }

  @Test
  void anAddressIsListenedOnOnce() throws Exception {
    Handler handler = handler(request -> text("x"));
    try (TestServer server = new TestServer(request -> text("y"))) {
      server.stop(Duration.ZERO);
      Server.Listener listener = new Server.Listener(server.address(), handler);
      assertThatThrownBy(() -> Server.start(List.of(listener, listener)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("" + server.address().getPort())
          .hasMessageEndingWith("it is given twice");
    }
  }

  @Test
  void anAddressOfNobodyIsNamed() {
    Handler handler = handler(request -> text("x"));
    assertThatThrownBy(
            () ->
                Server.start(
                    List.of(
                        new Server.Listener(new InetSocketAddress("192.0.2.1", 5000), handler))))
        .hasMessage("can't listen on 192.0.2.1:5000: Cannot assign requested address");
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved("nowhere.invalid", 5000);
    assertThatThrownBy(() -> Server.start(List.of(new Server.Listener(unresolved, handler))))
        .hasMessageContaining("nowhere.invalid");
  }

  @Test
  void aStopLetsARequestInProgressEndAndClosesTheRest() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (TestServer server = new TestServer(TestServer.heldUp(begun, mayEnd));
        RawHttp idle = server.connect();
        RawHttp busy = server.connect()) {
      idle.get("/").read();
      busy.get("/slow");
      await(begun);
      FutureTask<Boolean> stop = new FutureTask<>(() -> server.stop(Duration.ofSeconds(30)));
      Thread.ofVirtual().start(stop);

      assertThat(idle.readToEnd()).isEmpty();
      assertThatThrownBy(() -> server.connect().get("/").read()).isInstanceOf(IOException.class);
      assertThat(stop.isDone()).isFalse();
      mayEnd.countDown();

      Answer answer = busy.read();
      assertThat(answer.text()).isEqualTo("whole");
      assertThat(answer.header("Connection")).isEqualTo("close");
      assertThat(busy.readToEnd()).isEmpty();
      assertThat(stop.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aStopCutsOffWhatDoesNotEndInTime() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    try (TestServer server =
            new TestServer(
                request -> {
                  begun.countDown();
                  await(mayEnd);
                  return text("too late").whenSent(sent::add);
                });
        RawHttp client = server.connect()) {
      client.get("/");
      await(begun);
      assertThat(server.stop(Duration.ofMillis(50))).isFalse();
      assertThat(client.readToEnd()).isEmpty();

      mayEnd.countDown();
      assertThat(take(sent)).isEqualTo(new Sent(0, false));
    }
  }
}
