package dev.larder.http;

import static dev.larder.http.TestServer.await;
import static dev.larder.http.TestServer.bytes;
import static dev.larder.http.TestServer.handler;
import static dev.larder.http.TestServer.take;
import static dev.larder.http.TestServer.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.http.Response.Sent;
import dev.larder.testing.RawHttp;
import dev.larder.testing.RawHttp2;
import dev.larder.testing.RawHttp2.Frame;
import dev.larder.testing.TestCertificates;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is different where many requests share a connection: one that breaks off is one stream. */
class Http2Test {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final int MEGABYTE = 1024 * 1024;

  /** Enough for any body of a test. */
  private static final int WIDE = 64 * MEGABYTE;

  /** Error codes of RFC 9113, section 7. */
  private static final int NO_ERROR = 0,
      PROTOCOL_ERROR = 1,
      INTERNAL_ERROR = 2,
      REFUSED_STREAM = 7,
      CANCEL = 8,
      ENHANCE_YOUR_CALM = 11;

  @TempDir private static Path folder;
  private static TestCertificates certificates;

  @TempDir private Path directory;

  /** What became of responses, or of their requests' bodies. */
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates = TestCertificates.create(folder);
  }

  @Test
  void clientsThatCanGetHttp2AndOthersHttp1() throws Exception {
    try (TestServer server = serve(request -> text(request.scheme() + request.path()));
        HttpClient client = client(HttpClient.Version.HTTP_2);
        HttpClient old = client(HttpClient.Version.HTTP_1_1)) {
      HttpRequest request = HttpRequest.newBuilder(uri(server, "/v2/")).build();
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(answer.body()).isEqualTo("https/v2/");
      answer = old.send(request, BodyHandlers.ofString());
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
      assertThat(answer.body()).isEqualTo("https/v2/");
    }
  }

  @Test
  void withoutTlsNobodyGetsHttp2() throws Exception {
    try (TestServer server = new TestServer(request -> text("x"));
        RawHttp client = server.connect()) {
      client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      assertThat(client.read().status()).isEqualTo(505);
    }
    try (TestServer server = new TestServer(request -> text("x"));
        RawHttp client = server.connect()) {
      client.sendHead(
          "GET / HTTP/1.1",
          "Host: a",
          "Connection: Upgrade, HTTP2-Settings",
          "Upgrade: h2c",
          "HTTP2-Settings: AAMAAABkAAQAAP__");
      assertThat(client.read().status()).isEqualTo(200);
    }
  }

  @Test
  void aRequestArrivesAsItWasSent() throws Exception {
    BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    TestServer.Function function =
        request -> {
          requests.add(request);
          return text("hello").with("X-One", "1").with("X-One", "2");
        };
    try (TestServer server = serve(function);
        RawHttp2 client = connect(server, WIDE)) {
      client.request(
          1, true, "GET", "/v2/a%2Fb/c?ns=localhost%3A5000", "accept", "a", "accept", "b");
      RawHttp2.Answer answer = client.answer(1);
      assertThat(answer.text()).isEqualTo("hello");
      assertThat(answer.headers())
          .containsOnlyKeys(":status", "x-one", "date", "content-length")
          .containsEntry("content-length", "5");

      Request request = requests.remove();
      assertThat(request.path()).isEqualTo("/v2/a%2Fb/c");
      assertThat(request.rawQuery()).isEqualTo("ns=localhost%3A5000");
      assertThat(request.scheme()).isEqualTo("https");
      assertThat(request.header("Host")).contains("registry.test");
      assertThat(request.headers().joined("Accept")).contains("a, b");
      assertThat(request.local()).isEqualTo(server.address());
      assertThat(request.body().read()).isEqualTo(-1);
    }
  }

  @Test
  void theAuthorityIsTheHost() throws Exception {
    try (TestServer server = serve(request -> text(request.headers().joined("Host").orElse("-")));
        RawHttp2 client = connect(server, WIDE)) {
      String[] head = {":method", "GET", ":scheme", "https", ":path", "/"};
      client.headers(1, true, with(head, ":authority", "[::1]:5000"));
      assertThat(client.answer(1).text()).isEqualTo("[::1]:5000");
      client.headers(3, true, with(head, "host", "larder:5000"));
      assertThat(client.answer(3).text()).isEqualTo("larder:5000");
      client.headers(5, true, with(head, ":authority", "larder", "host", "larder"));
      assertThat(client.answer(5).text()).isEqualTo("larder");

      client.headers(7, true, with(head, ":authority", "larder", "host", "other"));
      assertThat(client.resetOf(7)).isEqualTo(PROTOCOL_ERROR);
      client.headers(9, true, head);
      RawHttp2.Answer refused = client.answer(9);
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.text()).startsWith("refused: ");
    }
  }

  @Test
  void tooLongAPathIsRefusedAndSoAreTooLongHeaders() throws Exception {
    TestServer.Function function =
        request -> text(request.path().length() + " " + request.header("x").orElse("").length());
    try (TestServer server = serve(function);
        HttpClient client = client(HttpClient.Version.HTTP_2)) {
      assertThat(status(client, uri(server, "/" + "a".repeat(16_000)), "")).isEqualTo(200);
      assertThat(status(client, uri(server, "/" + "a".repeat(17_000)), "")).isEqualTo(414);
      assertThat(status(client, uri(server, "/"), "a".repeat(60_000))).isEqualTo(200);
      // 431, and a reset of the stream behind it, which this client may see first.
      try {
        assertThat(status(client, uri(server, "/"), "a".repeat(70_000))).isEqualTo(431);
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("RST_STREAM");
      }
      assertThat(status(client, uri(server, "/"), "")).isEqualTo(200);
    }
  }

  private static int status(HttpClient client, URI uri, String field) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri).header("x", field).build();
    return client.send(request, BodyHandlers.discarding()).statusCode();
  }

  @Test
  void bodiesOfAllKindsComeWholeOnManyStreamsAtOnce() throws Exception {
    byte[] content = new byte[3 * MEGABYTE + 17];
    new Random(1).nextBytes(content);
    try (FileChannel file = FileChannel.open(Files.write(directory.resolve("file"), content));
        TestServer server =
            serve(
                request ->
                    Response.of(200)
                        .with(
                            switch (request.path()) {
                              case "/file" -> part(file, 0, content.length);
                              case "/part" -> part(file, 1_000_001, 1_500_000);
                              case "/bytes" -> new Body.Bytes(content);
                              default -> stream(content.length, sink -> write(sink, content));
                            })
                        .whenSent(events::add));
        HttpClient client = client(HttpClient.Version.HTTP_2)) {
      var answers =
          Arrays.asList("/file", "/part", "/bytes", "/stream", "/file", "/part", "/stream").stream()
              .map(
                  path ->
                      client.sendAsync(
                          HttpRequest.newBuilder(uri(server, path)).build(),
                          BodyHandlers.ofByteArray()))
              .toList();
      for (var next : answers) {
        HttpResponse<byte[]> answer = next.get(10, TimeUnit.SECONDS);
        assertThat(answer.body())
            .isEqualTo(
                answer.uri().getPath().equals("/part")
                    ? Arrays.copyOfRange(content, 1_000_001, 2_500_001)
                    : content);
        assertThat(((Sent) take(events)).whole()).isTrue();
      }
    }
  }

  /** More than the socket takes at once, so that streams wait for it again and again. */
  @Test
  void noneOfManyStreamsIsForgotten() throws Exception {
    int size = 8 * MEGABYTE;
    try (FileChannel file = PatienceTest.sparse(directory.resolve("file"), size);
        TestServer server = serve(request -> Response.of(200).with(part(file, 0, size)));
        HttpClient client = client(HttpClient.Version.HTTP_2)) {
      HttpRequest request = HttpRequest.newBuilder(uri(server, "/")).build();
      client.send(request, BodyHandlers.discarding());
      var answers =
          IntStream.range(0, 64)
              .mapToObj(_ -> client.sendAsync(request, BodyHandlers.ofByteArrayConsumer(_ -> {})))
              .toList();
      for (var next : answers) {
        assertThat(next.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      }
    }
  }

  private static void write(Body.Sink sink, byte[] content) throws IOException {
    for (int from = 0; from < content.length; from += 100_000) {
      sink.write(ByteBuffer.wrap(content, from, Math.min(100_000, content.length - from)));
    }
  }

  @Test
  void answersWithoutBodiesHaveNone() throws Exception {
    TestServer.Function function =
        request ->
            switch (request.path()) {
              case "/204" -> Response.of(204).with(bytes("never"));
              case "/304" -> Response.of(304).with(bytes("never"));
              case "/stream" ->
                  Response.of(200)
                      .with(
                          stream(
                              12,
                              sink -> {
                                throw new AssertionError("asked for the bytes");
                              }));
              default -> text("twelve bytes");
            };
    try (TestServer server = serve(function);
        RawHttp2 client = connect(server, WIDE)) {
      int stream = 1;
      for (String path : new String[] {"/204", "/304"}) {
        RawHttp2.Answer answer = client.get(stream, path).answer(stream);
        assertThat(answer.headers()).containsOnlyKeys(":status", "date");
        assertThat(answer.body()).isEmpty();
        stream += 2;
      }
      for (String path : new String[] {"/bytes", "/stream"}) {
        RawHttp2.Answer answer = client.request(stream, true, "HEAD", path).answer(stream);
        assertThat(answer.headers()).containsEntry("content-length", "12");
        assertThat(answer.body()).isEmpty();
        stream += 2;
      }
    }
  }

  @Test
  void aHandlerThatFailsIsAnInternalError() throws Exception {
    TestServer.Function function =
        request -> {
          throw new IllegalStateException("secret");
        };
    try (TestServer server = serve(function);
        RawHttp2 client = connect(server, WIDE)) {
      RawHttp2.Answer answer = client.get(1, "/").answer(1);
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.text()).startsWith("refused: ").doesNotContain("secret");
    }
  }

  @Test
  void aBodyThatBreaksOffResetsItsStreamAlone() throws Exception {
    CountDownLatch cut = new CountDownLatch(1);
    TestServer.Function function =
        request ->
            request.path().equals("/whole")
                ? Response.of(200)
                    .with(
                        stream(
                            8,
                            sink -> {
                              sink.write(ByteBuffer.wrap("some".getBytes(UTF_8)));
                              await(cut);
                              sink.write(ByteBuffer.wrap("more".getBytes(UTF_8)));
                            }))
                : Response.of(200)
                    .with(
                        stream(
                            8,
                            sink -> {
                              sink.write(ByteBuffer.wrap("some".getBytes(UTF_8)));
                              throw new IOException("the upstream broke off");
                            }))
                    .whenSent(events::add);
    try (TestServer server = serve(function);
        RawHttp2 client = connect(server, WIDE)) {
      client.get(1, "/whole");
      assertThat(client.next().stream()).isEqualTo(1);
      assertThat(client.next().payload()).isEqualTo("some".getBytes(UTF_8));
      client.get(3, "/cut");
      assertThat(client.resetOf(3)).isEqualTo(INTERNAL_ERROR);
      assertThat(take(events)).isEqualTo(new Sent(4, false));
      cut.countDown();
      Frame rest = client.next();
      assertThat(rest.stream()).isEqualTo(1);
      assertThat(rest.payload()).isEqualTo("more".getBytes(UTF_8));
      assertThat(client.get(5, "/whole").answer(5).text()).isEqualTo("somemore");
    }
  }

  @Test
  void aClientThatResetsAStreamEndsItsResponseAlone() throws Exception {
    try (FileChannel file = PatienceTest.sparse(directory.resolve("much"), WIDE);
        TestServer server =
            serve(
                request ->
                    Response.of(200)
                        .with(part(file, 0, request.path().equals("/much") ? WIDE : 5))
                        .whenSent(events::add));
        RawHttp2 client = connect(server, 65535)) {
      client.get(1, "/much").next();
      client.reset(1, CANCEL);
      assertThat(((Sent) take(events)).whole()).isFalse();
      client.allow(0, MEGABYTE);
      assertThat(client.get(3, "/").answer(3).body()).hasSize(5);
    }
  }

  @Test
  void aStreamThatTheClientTakesNothingOfIsResetAndOthersGoOn() throws Exception {
    try (FileChannel file = PatienceTest.sparse(directory.resolve("much"), WIDE);
        TestServer server =
            serve(
                request ->
                    switch (request.path()) {
                      case "/file" ->
                          Response.of(200).with(part(file, 0, WIDE)).whenSent(events::add);
                      case "/bytes" ->
                          Response.of(200)
                              .with(new Body.Bytes(new byte[MEGABYTE]))
                              .whenSent(events::add);
                      default -> text("x");
                    },
                new Patience(LONG, SHORT, LONG));
        RawHttp2 client = connect(server, 10)) {
      for (String path : new String[] {"/file", "/bytes"}) {
        int stream = path.equals("/file") ? 1 : 3;
        assertThat(client.get(stream, path).resetOf(stream)).isEqualTo(CANCEL);
        Sent sent = (Sent) take(events);
        assertThat(sent.whole()).isFalse();
        assertThat(sent.bodyBytes()).isLessThan(MEGABYTE);
      }
      assertThat(client.get(5, "/").answer(5).text()).isEqualTo("x");
    }
  }

  @Test
  void aClientThatTakesNothingAtAllIsCutOff() throws Exception {
    try (FileChannel file = PatienceTest.sparse(directory.resolve("much"), WIDE);
        TestServer server =
            serve(
                request -> Response.of(200).with(part(file, 0, WIDE)).whenSent(events::add),
                new Patience(LONG, SHORT, LONG));
        RawHttp2 client = connect(server, WIDE)) {
      client.allow(0, WIDE).get(1, "/").get(3, "/");
      assertThat(((Sent) take(events)).whole()).isFalse();
      assertThat(((Sent) take(events)).whole()).isFalse();
    }
  }

  @Test
  void bodiesAreReadWithAndWithoutTheirLength() throws Exception {
    TestServer.Function function =
        request -> text(new String(request.body().readAllBytes(), UTF_8));
    try (TestServer server = serve(function);
        RawHttp2 client = connect(server, WIDE)) {
      client.request(1, false, "PUT", "/", "content-length", "10");
      client.data(1, false, "first".getBytes(UTF_8)).data(1, true, "-last".getBytes(UTF_8));
      assertThat(client.answer(1).text()).isEqualTo("first-last");
      client.request(3, false, "PATCH", "/").data(3, false, "first".getBytes(UTF_8));
      client.data(3, true, "-last".getBytes(UTF_8));
      assertThat(client.answer(3).text()).isEqualTo("first-last");
      client.request(5, false, "POST", "/").data(5, true, new byte[0]);
      assertThat(client.answer(5).text()).isEmpty();
      assertThat(client.request(7, true, "POST", "/").answer(7).text()).isEmpty();
    }
  }

  @Test
  void aLargeUploadArrivesWhole() throws Exception {
    byte[] content = new byte[20 * MEGABYTE];
    new Random(1).nextBytes(content);
    TestServer.Function function =
        request -> text("" + Arrays.equals(request.body().readAllBytes(), content));
    try (TestServer server = serve(function);
        HttpClient client = client(HttpClient.Version.HTTP_2)) {
      for (boolean waits : new boolean[] {false, true}) {
        HttpRequest request =
            HttpRequest.newBuilder(uri(server, "/"))
                .expectContinue(waits)
                .PUT(BodyPublishers.ofByteArray(content))
                .build();
        assertThat(client.send(request, BodyHandlers.ofString()).body()).isEqualTo("true");
      }
    }
  }

  @Test
  void aBodyThatIsntItsLengthFailsInTheHandler() throws Exception {
    try (TestServer server = serve(this::noteFailure);
        RawHttp2 client = connect(server, WIDE)) {
      client.request(1, false, "PUT", "/", "content-length", "10");
      client.data(1, true, "some".getBytes(UTF_8));
      assertThat(take(events)).isInstanceOf(IOException.class);
      client.request(3, false, "PUT", "/", "content-length", "10");
      client.data(3, false, "some".getBytes(UTF_8)).reset(3, CANCEL);
      assertThat(take(events)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void anUploadThatStallsResetsItsStreamAlone() throws Exception {
    try (TestServer server = serve(this::noteFailure, new Patience(LONG, SHORT, LONG));
        RawHttp2 client = connect(server, WIDE)) {
      client.request(1, false, "PUT", "/").data(1, false, "some".getBytes(UTF_8));
      assertThat((IOException) take(events)).hasMessageContaining("sent nothing");
      assertThat(client.resetOf(1)).isEqualTo(INTERNAL_ERROR);
      client.request(3, false, "PUT", "/").data(3, true, "some".getBytes(UTF_8));
      assertThat(client.answer(3).text()).isEqualTo("read");
    }
  }

  private Response noteFailure(Request request) throws IOException {
    try {
      request.body().readAllBytes();
      return text("read");
    } catch (IOException e) {
      events.add(e);
      throw e;
    }
  }

  @Test
  void whatIsNotReadIsNotTakenFromTheClientAndOthersUpload() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    int size = 32 * MEGABYTE;
    TestServer.Function function =
        request -> {
          if (request.path().equals("/stuck")) {
            await(stuck);
          }
          return text("" + request.body().transferTo(OutputStream.nullOutputStream()));
        };
    try (TestServer server = serve(function);
        HttpClient client = client(HttpClient.Version.HTTP_2)) {
      CountingStream zeros = new CountingStream(size);
      var waiting =
          client.sendAsync(
              HttpRequest.newBuilder(uri(server, "/stuck"))
                  .PUT(BodyPublishers.ofInputStream(() -> zeros))
                  .build(),
              BodyHandlers.ofString());
      HttpRequest other =
          HttpRequest.newBuilder(uri(server, "/"))
              .PUT(BodyPublishers.ofByteArray(new byte[size]))
              .build();
      assertThat(client.send(other, BodyHandlers.ofString()).body()).isEqualTo("" + size);
      assertThat(zeros.taken()).isLessThan(2 * MEGABYTE);
      stuck.countDown();
      assertThat(waiting.get(10, TimeUnit.SECONDS).body()).isEqualTo("" + size);
    }
  }

  @Test
  void anUnreadBodyEndsItsStreamAloneAfterTheAnswer() throws Exception {
    try (TestServer server = serve(request -> Response.of(401));
        RawHttp2 client = connect(server, WIDE)) {
      client.request(1, false, "PUT", "/", "content-length", "100000000");
      client.data(1, false, new byte[16384]);
      assertThat(client.answer(1).headers()).containsEntry(":status", "401");
      assertThat(client.resetOf(1)).isEqualTo(NO_ERROR);

      client.request(3, false, "PUT", "/", "content-length", "10000");
      assertThat(client.answer(3).status()).isEqualTo(401);
      client.data(3, true, new byte[10000]);
      assertThat(client.get(5, "/").answer(5).headers())
          .containsOnlyKeys(":status", "date", "content-length");
    }
  }

  @Test
  void theFirstReadTellsAWaitingClientToGoOnAndARefusalToStop() throws Exception {
    TestServer.Function function =
        request ->
            request.path().equals("/refused")
                ? Response.of(401)
                : text(new String(request.body().readAllBytes(), UTF_8));
    try (TestServer server = serve(function);
        RawHttp2 client = connect(server, WIDE)) {
      String[] waits = {"content-length", "4", "expect", "100-continue"};
      client.request(1, false, "PUT", "/", waits);
      Frame first = client.next();
      assertThat(first.type()).isEqualTo(RawHttp2.HEADERS);
      assertThat(first.ends()).isFalse();
      assertThat(client.data(1, true, "body".getBytes(UTF_8)).answer(1).text()).isEqualTo("body");

      client.request(3, false, "PUT", "/refused", waits);
      assertThat(client.answer(3).status()).isEqualTo(401);
      assertThat(client.resetOf(3)).isEqualTo(NO_ERROR);
    }
  }

  @Test
  void manyTinyFramesThatWaitEndTheConnection() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    TestServer.Function function =
        request -> {
          if (request.path().equals("/stuck")) {
            await(stuck);
          }
          return text("" + request.body().transferTo(OutputStream.nullOutputStream()));
        };
    try (TestServer server = serve(function)) {
      try (RawHttp2 client = connect(server, WIDE)) {
        client.request(1, false, "PUT", "/").send(tinyFrames(1, 10_000));
        assertThat(client.data(1, true, new byte[0]).answer(1).text()).isEqualTo("10000");
      }
      try (RawHttp2 client = connect(server, WIDE)) {
        client.request(1, false, "PUT", "/stuck");
        assertThatThrownBy(() -> client.send(tinyFrames(1, 60_000)).answer(1))
            .isInstanceOfAny(EOFException.class, SocketException.class);
      } finally {
        stuck.countDown();
      }
    }
  }

  private static byte[] tinyFrames(int stream, int count) {
    ByteBuffer frames = ByteBuffer.allocate(10 * count);
    for (int i = 0; i < count; i++) {
      frames.put(new byte[] {0, 0, 1, RawHttp2.DATA, 0}).putInt(stream).put((byte) 'x');
    }
    return frames.array();
  }

  @Test
  void moreStreamsThanAllowedAreRefused() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    TestServer.Function function =
        request -> {
          await(stuck);
          return text("x");
        };
    try (TestServer server = serve(function);
        RawHttp2 client = connect(server, WIDE)) {
      for (int i = 0; i <= 100; i++) {
        client.get(2 * i + 1, "/");
      }
      assertThat(client.resetOf(201)).isEqualTo(REFUSED_STREAM);
      stuck.countDown();
      assertThat(client.answer(1).text()).isEqualTo("x");
      assertThat(client.get(203, "/").answer(203).text()).isEqualTo("x");
    }
  }

  @Test
  void aFloodOfResetsEndsTheConnection() throws Exception {
    try (TestServer server = serve(request -> text("x"));
        RawHttp2 client = connect(server, WIDE)) {
      for (int i = 0; i < 300; i++) {
        client.get(2 * i + 1, "/").reset(2 * i + 1, CANCEL);
      }
      assertThat(client.goAway()).isEqualTo(ENHANCE_YOUR_CALM);
    }
  }

  @Test
  void aConnectionWithoutRequestsIsClosed() throws Exception {
    try (TestServer server = serve(request -> text("x"), new Patience(SHORT, LONG, LONG));
        RawHttp2 silent = RawHttp2.connectSilently(server.address(), certificates.client());
        RawHttp2 unused = connect(server, WIDE);
        RawHttp2 used = connect(server, WIDE)) {
      assertThat(used.get(1, "/").answer(1).text()).isEqualTo("x");
      assertThat(used.goAway()).isEqualTo(NO_ERROR);
      assertThat(unused.goAway()).isEqualTo(NO_ERROR);
      assertThat(silent.goAway()).isEqualTo(-1);
    }
  }

  @Test
  void aHandlerMayThinkForLong() throws Exception {
    TestServer.Function function =
        request -> {
          try (RawHttp2 idle = RawHttp2.connect(request.local(), certificates.client(), WIDE)) {
            idle.goAway(); // an idle connection lives as long as the server's patience lasts
          }
          return text("well thought");
        };
    try (TestServer server = serve(function, new Patience(SHORT, SHORT, SHORT));
        RawHttp2 client = connect(server, WIDE)) {
      assertThat(client.get(1, "/").answer(1).text()).isEqualTo("well thought");
    }
  }

  @Test
  void aStopLetsStreamsInProgressEnd() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (TestServer server = serve(TestServer.heldUp(begun, mayEnd));
        RawHttp2 idle = connect(server, WIDE);
        RawHttp2 busy = connect(server, WIDE)) {
      assertThat(idle.get(1, "/idle").answer(1).status()).isEqualTo(200);
      busy.get(1, "/slow");
      await(begun);
      FutureTask<Boolean> stop = new FutureTask<>(() -> server.stop(Duration.ofSeconds(30)));
      Thread.ofVirtual().start(stop);

      assertThat(idle.goAway()).isEqualTo(NO_ERROR);
      assertThat(busy.next().type()).isEqualTo(RawHttp2.GOAWAY);
      assertThat(stop.isDone()).isFalse();
      mayEnd.countDown();
      assertThat(busy.answer(1).text()).isEqualTo("whole");
      assertThatThrownBy(busy::next).isInstanceOf(EOFException.class);
      assertThat(stop.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private TestServer serve(TestServer.Function function) throws IOException {
    return serve(function, Patience.DEFAULT);
  }

  private TestServer serve(TestServer.Function function, Patience patience) throws IOException {
    Tls files = new Tls(certificates.certificate(), certificates.key());
    return new TestServer(handler(function), patience, Optional.of(files));
  }

  private static RawHttp2 connect(TestServer server, int window) throws IOException {
    return RawHttp2.connect(server.address(), certificates.client(), window);
  }

  private static HttpClient client(HttpClient.Version version) {
    return HttpClient.newBuilder().sslContext(certificates.client()).version(version).build();
  }

  private static URI uri(TestServer server, String path) {
    return URI.create("https://127.0.0.1:" + server.address().getPort() + path);
  }

  private static Body part(FileChannel file, long offset, long length) {
    return new Body.FilePart(file, offset, length, () -> {});
  }

  private static Body stream(long length, Body.Source source) {
    return new Body.Stream(length, source, () -> {});
  }

  private static String[] with(String[] some, String... more) {
    String[] all = Arrays.copyOf(some, some.length + more.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }

  /** Zeros, and how many of them have been taken. */
  private static final class CountingStream extends InputStream {
    private final int size;
    private final AtomicInteger taken = new AtomicInteger();

    CountingStream(int size) {
      this.size = size;
    }

    int taken() {
      return taken.get();
    }

    @Override
    public int read() {
      return read(new byte[1], 0, 1) < 0 ? -1 : 0;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      int count = Math.min(length, size - taken.get());
      Arrays.fill(into, offset, offset + count, (byte) 0);
      taken.addAndGet(count);
      return count == 0 ? -1 : count;
    }
  }
}
