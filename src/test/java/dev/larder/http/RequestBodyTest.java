package dev.larder.http;

import static dev.larder.http.TestServer.await;
import static dev.larder.http.TestServer.take;
import static dev.larder.http.TestServer.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.testing.RawHttp;
import dev.larder.testing.RawHttp.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RequestBodyTest {
  private static final int MEGABYTE = 1024 * 1024;

  private static final TestServer.Function ECHO =
      request -> text(new String(request.body().readAllBytes(), UTF_8));

  @Test
  void aBodyOfAnnouncedLengthIsRead() throws Exception {
    try (TestServer server = new TestServer(ECHO);
        RawHttp client = server.connect()) {
      client.sendHead("PUT / HTTP/1.1", "Host: test", "Content-Length: 10").send("first");
      assertThat(client.send("-last").read().text()).isEqualTo("first-last");
      client.sendHead("PUT / HTTP/1.1", "Host: test", "Content-Length: 0");
      assertThat(client.read().text()).isEmpty();
    }
  }

  @Test
  void aBodyInChunksIsRead() throws Exception {
    try (TestServer server = new TestServer(ECHO);
        RawHttp client = server.connect()) {
      for (int i = 0; i < 2; i++) {
        client.sendHead("PATCH / HTTP/1.1", "Host: test", "Transfer-Encoding: chunked");
        client.send("5\r\nfirst\r\n5;ext=1\r\n-la").send("st\r\n0\r\nTrailer: x\r\n\r\n");
        assertThat(client.read().text()).isEqualTo("first-last");
      }
    }
  }

  @Test
  void aBodyInTinyChunksIsRead() throws Exception {
    int chunks = 20_000;
    CountDownLatch allSent = new CountDownLatch(1);
    TestServer.Function function =
        request -> {
          await(allSent);
          return text("" + request.body().readAllBytes().length);
        };
    try (TestServer server = new TestServer(function);
        RawHttp client = server.connect()) {
      client.sendHead("PUT / HTTP/1.1", "Host: test", "Transfer-Encoding: chunked");
      client.send("1\r\nx\r\n".repeat(chunks) + "0\r\n\r\n");
      allSent.countDown();
      assertThat(client.read().text()).isEqualTo("" + chunks);
    }
  }

  @Test
  void aLargeBodyArrivesWhole() throws Exception {
    byte[] content = new byte[20 * MEGABYTE];
    new Random(1).nextBytes(content);
    TestServer.Function function =
        request -> {
          MessageDigest hash = sha256();
          new DigestInputStream(request.body(), hash).transferTo(OutputStream.nullOutputStream());
          return text(HexFormat.of().formatHex(hash.digest()));
        };
    try (TestServer server = new TestServer(function);
        RawHttp client = server.connect()) {
      client.sendHead("PUT / HTTP/1.1", "Host: test", "Content-Length: " + content.length);
      assertThat(client.send(content).read().text())
          .isEqualTo(HexFormat.of().formatHex(sha256().digest(content)));
    }
  }

  @Test
  void singleBytesAreRead() throws Exception {
    TestServer.Function function =
        request -> {
          StringBuilder numbers = new StringBuilder();
          InputStream body = request.body();
          for (int next = body.read(); next >= 0; next = body.read()) {
            numbers.append(next).append(' ');
          }
          return text(numbers.append(body.read()).toString());
        };
    try (TestServer server = new TestServer(function);
        RawHttp client = server.connect()) {
      client.sendHead("PUT / HTTP/1.1", "Host: test", "Content-Length: 3");
      assertThat(client.send(new byte[] {1, -1, 0}).read().text()).isEqualTo("1 255 0 -1");
    }
  }

  @Test
  void theFirstReadTellsAWaitingClientToGoOn() throws Exception {
    try (TestServer server = new TestServer(ECHO);
        RawHttp client = server.connect()) {
      for (int i = 0; i < 2; i++) {
        client.sendHead(
            "PUT / HTTP/1.1", "Host: test", "Content-Length: 4", "Expect: 100-continue");
        assertThat(client.readHead().status()).isEqualTo(100);
        assertThat(client.send("body").read().text()).isEqualTo("body");
      }
    }
  }

  @Test
  void aWaitingClientIsRefusedBeforeItSends() throws Exception {
    try (TestServer server = new TestServer(request -> Response.of(401));
        RawHttp client = server.connect()) {
      client.sendHead("PUT / HTTP/1.1", "Host: test", "Content-Length: 4", "Expect: 100-continue");
      Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.header("Connection")).isEqualTo("close");
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void anUploadCutShortFailsAfterWhatCame() throws Exception {
    BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    try (TestServer server = new TestServer(request -> record(request.body(), seen))) {
      try (RawHttp client = server.connect()) {
        client.sendHead("PUT / HTTP/1.1", "Host: test", "Content-Length: 10").send("some");
      }
      assertThat(take(seen)).isEqualTo("some");
      assertThat(take(seen)).isInstanceOf(IOException.class);

      try (RawHttp client = server.connect()) {
        client.sendHead("PUT / HTTP/1.1", "Host: test", "Transfer-Encoding: chunked");
        client.send("4\r\nsome\r\n");
      }
      assertThat(take(seen)).isEqualTo("some");
      assertThat(take(seen)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aBrokenChunkIsNotTheEndAndIsAnsweredOnce() throws Exception {
    BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    try (TestServer server = new TestServer(request -> record(request.body(), seen));
        RawHttp client = server.connect()) {
      client.sendHead("PUT / HTTP/1.1", "Host: test", "Transfer-Encoding: chunked");
      client.send("4\r\nsome\r\nnonsense\r\n");
      assertThat(take(seen)).isEqualTo("some");
      assertThat(take(seen)).isInstanceOf(MalformedBodyException.class);
      assertThat(client.read().status()).isEqualTo(400);
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  /** Reads to the end, four bytes at a time, and notes what came and what was thrown. */
  private static Response record(InputStream body, BlockingQueue<Object> seen) throws IOException {
    try {
      while (true) {
        byte[] next = body.readNBytes(4);
        if (next.length == 0) {
          seen.add("end");
          return text("read");
        }
        seen.add(new String(next, UTF_8));
      }
    } catch (IOException e) {
      seen.add(e);
      throw e;
    }
  }

  @Test
  void whatIsNotReadIsNotTakenFromTheClient() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    TestServer.Function function =
        request -> {
          await(stuck);
          return text("" + request.body().transferTo(OutputStream.nullOutputStream()));
        };
    int size = 64 * MEGABYTE;
    AtomicLong taken = new AtomicLong();
    try (TestServer server = new TestServer(function);
        RawHttp client = server.connect()) {
      client.sendHead("PUT / HTTP/1.1", "Host: test", "Content-Length: " + size);
      Thread sender = Thread.ofVirtual().start(() -> sendZeros(client, size, taken));
      awaitStandstill(taken);
      assertThat(taken.get()).isLessThan(size / 2);

      stuck.countDown();
      assertThat(client.read().text()).isEqualTo("" + size);
      sender.join();
    }
  }

  private static void sendZeros(RawHttp client, int size, AtomicLong taken) {
    byte[] piece = new byte[65536];
    try {
      for (int sent = 0; sent < size; sent += piece.length) {
        client.send(piece);
        taken.addAndGet(piece.length);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** That nothing more is taken shows only in time that passes without it. */
  private static void awaitStandstill(AtomicLong counter) throws InterruptedException {
    long before = -1;
    CountDownLatch never = new CountDownLatch(1);
    while (counter.get() != before) {
      before = counter.get();
      assertThat(never.await(300, TimeUnit.MILLISECONDS)).isFalse();
    }
  }

  @Test
  void aSmallUnreadBodyCostsNoConnection() throws Exception {
    try (TestServer server = new TestServer(request -> Response.of(404));
        RawHttp client = server.connect()) {
      for (int i = 0; i < 3; i++) {
        client.sendHead("PUT / HTTP/1.1", "Host: test", "Content-Length: 200000");
        client.send(new byte[200_000]);
        Answer answer = client.read();
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Connection")).isEmpty();
      }
    }
  }

  @Test
  void aLargeUnreadBodyCostsTheConnectionButNotTheAnswer() throws Exception {
    try (TestServer server = new TestServer(request -> Response.of(404));
        RawHttp client = server.connect()) {
      int size = 4 * MEGABYTE;
      client.sendHead("PUT / HTTP/1.1", "Host: test", "Content-Length: " + size);
      client.send(new byte[size]);
      Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.header("Connection")).isEqualTo("close");
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void aBodyCannotBeReadAfterTheAnswer() throws Exception {
    BlockingQueue<InputStream> bodies = new LinkedBlockingQueue<>();
    try (TestServer server =
            new TestServer(
                request -> {
                  bodies.add(request.body());
                  return text("done");
                });
        RawHttp client = server.connect()) {
      client.sendHead("PUT / HTTP/1.1", "Host: test", "Content-Length: 10").send("some");
      assertThat(client.read().text()).isEqualTo("done");
      InputStream body = take(bodies);
      assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
