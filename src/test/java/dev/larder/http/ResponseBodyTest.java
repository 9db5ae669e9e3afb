package dev.larder.http;

import static dev.larder.http.TestServer.await;
import static dev.larder.http.TestServer.bytes;
import static dev.larder.http.TestServer.take;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.http.Response.Sent;
import dev.larder.testing.RawHttp;
import dev.larder.testing.RawHttp.Answer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseBodyTest {
  private static final int MEGABYTE = 1024 * 1024;

  /** More than the kernel takes for a client that doesn't read. */
  private static final int MUCH = 64 * MEGABYTE;

  @TempDir private Path directory;
  private final byte[] content = new byte[9 * MEGABYTE + 17];

  /** What happened to bodies and listeners, in order. */
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

  private FileChannel file;

  @BeforeEach
  void makeFile() throws IOException {
    new Random(1).nextBytes(content);
    file = FileChannel.open(Files.write(directory.resolve("file"), content));
  }

  @AfterEach
  void closeFile() throws IOException {
    file.close();
  }

  @Test
  void aFileIsSentWholeAndInPart() throws Exception {
    try (TestServer server =
            serve(
                request ->
                    switch (request.path()) {
                      case "/whole" -> part(0, content.length);
                      case "/part" -> part(1_000_001, 1_500_000);
                      default -> part(7, 1000);
                    });
        RawHttp client = server.connect()) {
      assertThat(client.get("/whole").read().body()).isEqualTo(content);
      assertClosedThenTold(new Sent(content.length, true));

      assertThat(client.get("/part").read().body())
          .isEqualTo(Arrays.copyOfRange(content, 1_000_001, 2_500_001));
      assertClosedThenTold(new Sent(1_500_000, true));

      assertThat(client.get("/small").read().body())
          .isEqualTo(Arrays.copyOfRange(content, 7, 1007));
      assertClosedThenTold(new Sent(1000, true));
      assertThat(file.isOpen()).isTrue();
    }
  }

  @Test
  void aFileComesAfterWhatTheClientHasNotReadYet() throws Exception {
    byte[] much = new byte[MUCH];
    try (TestServer server =
            serve(
                request ->
                    request.path().equals("/much")
                        ? new Body.Bytes(much)
                        : part(0, content.length));
        RawHttp client = server.connect()) {
      client.get("/much").get("/file");
      assertThat(client.read().body()).isEqualTo(much);
      assertThat(client.read().body()).isEqualTo(content);
    }
  }

  @Test
  void aStreamMayGiveFilesAndBytesInTurn() throws Exception {
    int half = content.length / 2;
    try (TestServer server =
            serve(
                request ->
                    new Body.Stream(
                        content.length + 8L,
                        sink -> {
                          sink.write(ByteBuffer.wrap("head".getBytes(UTF_8)));
                          sink.write(file, 0, half);
                          sink.write(ByteBuffer.wrap("body".getBytes(UTF_8)));
                          sink.write(file, half, content.length - half);
                        },
                        this::closed));
        RawHttp client = server.connect()) {
      ByteBuffer expected = ByteBuffer.allocate(content.length + 8);
      expected.put("head".getBytes(UTF_8)).put(content, 0, half);
      expected.put("body".getBytes(UTF_8)).put(content, half, content.length - half);
      assertThat(client.get("/").read().body()).isEqualTo(expected.array());
      assertClosedThenTold(new Sent(content.length + 8L, true));
    }
  }

  @Test
  void aFileOfManyRequestsIsShared() throws Exception {
    try (TestServer server = serve(request -> part(0, content.length));
        RawHttp one = server.connect();
        RawHttp two = server.connect()) {
      one.get("/").get("/");
      two.get("/");
      assertThat(two.read().body()).isEqualTo(content);
      assertThat(one.read().body()).isEqualTo(content);
      assertThat(one.read().body()).isEqualTo(content);
    }
  }

  @Test
  void aFileWhoseNameIsGoneIsSent() throws Exception {
    Files.delete(directory.resolve("file"));
    try (TestServer server = serve(request -> part(0, content.length));
        RawHttp client = server.connect()) {
      assertThat(client.get("/").read().body()).isEqualTo(content);
    }
  }

  @Test
  void aFileShorterThanSaidIsAnErrorBeforeAByteLeaves() throws Exception {
    try (TestServer server = serve(request -> part(1, content.length));
        RawHttp client = server.connect()) {
      Answer answer = client.get("/").read();
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.text()).startsWith("refused: ").doesNotContain("file");
      assertClosedThenTold(new Sent(0, false));
    }
  }

  @Test
  void aFileThatShrinksWhileItIsSentCutsTheConnection() throws Exception {
    Path path = directory.resolve("much");
    try (FileChannel much = PatienceTest.sparse(path, MUCH);
        TestServer server = serve(request -> new Body.FilePart(much, 0, MUCH, this::closed));
        RawHttp client = RawHttp.connect(server.address(), 64 * 1024)) {
      client.get("/").readHead();
      much.truncate(1);
      assertThat(client.readToEnd().length).isLessThan(MUCH);
      assertThat(take(events)).isEqualTo("closed");
      assertThat(((Sent) take(events)).whole()).isFalse();
    }
  }

  @Test
  void aClientThatLeavesInMidFileEndsTheResponse() throws Exception {
    Path path = directory.resolve("much");
    try (FileChannel much = PatienceTest.sparse(path, MUCH);
        TestServer server = serve(request -> new Body.FilePart(much, 0, MUCH, this::closed))) {
      RawHttp client = RawHttp.connect(server.address(), 64 * 1024);
      client.get("/").readHead();
      client.readBody(MEGABYTE);
      client.reset();

      assertThat(take(events)).isEqualTo("closed");
      Sent sent = (Sent) take(events);
      assertThat(sent.whole()).isFalse();
      assertThat(sent.bodyBytes()).isBetween((long) MEGABYTE, (long) MUCH - 1);
      assertThat(much.isOpen()).isTrue();
    }
  }

  @Test
  void aStreamIsSentAndItsBufferUsedAgain() throws Exception {
    Body.Source source =
        sink -> {
          ByteBuffer buffer = ByteBuffer.allocateDirect(100_000);
          for (int from = 0; from < content.length; from += buffer.capacity()) {
            buffer.clear();
            buffer.put(content, from, Math.min(buffer.capacity(), content.length - from));
            sink.write(buffer.flip());
            assertThat(buffer.hasRemaining()).isFalse();
          }
        };
    try (TestServer server = serve(request -> stream(content.length, source));
        RawHttp client = server.connect()) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/").read().body()).isEqualTo(content);
        assertClosedThenTold(new Sent(content.length, true));
      }
    }
  }

  @Test
  void theFirstBytesOfAStreamDoNotWaitForTheRest() throws Exception {
    CountDownLatch seen = new CountDownLatch(1);
    Body.Source source =
        sink -> {
          sink.write(ByteBuffer.wrap("first".getBytes(UTF_8)));
          await(seen);
          sink.write(ByteBuffer.wrap("-last".getBytes(UTF_8)));
        };
    try (TestServer server = serve(request -> stream(10, source));
        RawHttp client = server.connect()) {
      client.get("/").readHead();
      assertThat(client.readBody(5)).isEqualTo("first".getBytes(UTF_8));
      seen.countDown();
      assertThat(client.readBody(5)).isEqualTo("-last".getBytes(UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/short", "/io", "/unchecked"})
  void aStreamThatEndsTooEarlyIsCutOff(String path) throws Exception {
    Body.Source source =
        sink -> {
          sink.write(ByteBuffer.wrap("some".getBytes(UTF_8)));
          switch (path) {
            case "/io" -> throw new IOException("the upstream broke off");
            case "/unchecked" -> throw new IllegalStateException("the upstream broke off");
            default -> {}
          }
        };
    try (TestServer server = serve(request -> stream(10, source));
        RawHttp client = server.connect()) {
      Answer head = client.get(path).readHead();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("Content-Length")).isEqualTo("10");
      assertThat(client.readToEnd()).isEqualTo("some".getBytes(UTF_8));
      assertClosedThenTold(new Sent(4, false));
    }
  }

  @Test
  void aStreamLongerThanSaidSendsNothingBeyondItsLength() throws Exception {
    Body.Source source =
        sink -> {
          sink.write(ByteBuffer.wrap("some".getBytes(UTF_8)));
          sink.write(ByteBuffer.wrap("thing".getBytes(UTF_8)));
        };
    try (TestServer server = serve(request -> stream(8, source));
        RawHttp client = server.connect()) {
      client.get("/").readHead();
      assertThat(client.readToEnd()).isEqualTo("some".getBytes(UTF_8));
      assertClosedThenTold(new Sent(4, false));
    }
  }

  @Test
  void aClientThatLeavesInMidStreamFailsTheNextWrite() throws Exception {
    try (TestServer server = serve(request -> stream(MUCH, this::writeMuch))) {
      RawHttp client = RawHttp.connect(server.address(), 64 * 1024);
      client.get("/").readHead();
      client.readBody(MEGABYTE);
      client.reset();

      assertThat(take(events)).isEqualTo("failed");
      assertThat(take(events)).isEqualTo("closed");
      Sent sent = (Sent) take(events);
      assertThat(sent.whole()).isFalse();
      assertThat(sent.bodyBytes()).isBetween((long) MEGABYTE, (long) MUCH - 1);
    }
  }

  @Test
  void aClientThatLeavesWhileTheHandlerThinksFailsItsWrites() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch left = new CountDownLatch(1);
    try (TestServer server =
        serve(
            request -> {
              begun.countDown();
              await(left);
              return stream(MUCH, this::writeMuch);
            })) {
      RawHttp client = server.connect();
      client.get("/");
      await(begun);
      client.reset();
      left.countDown();
      assertThat(take(events)).isEqualTo("failed");
      assertThat(take(events)).isEqualTo("closed");
      assertThat(((Sent) take(events)).whole()).isFalse();
    }
  }

  private void writeMuch(Body.Sink sink) throws IOException {
    try {
      for (int i = 0; i < MUCH / MEGABYTE; i++) {
        sink.write(ByteBuffer.allocate(MEGABYTE));
      }
    } catch (IOException e) {
      events.add("failed");
      throw e;
    }
  }

  @Test
  void aHeadRequestIsAnsweredWithTheLengthAlone() throws Exception {
    TestServer.Function function =
        request ->
            Response.of(200)
                .with(
                    switch (request.path()) {
                      case "/bytes" -> bytes("twelve bytes");
                      case "/file" -> part(5, 12);
                      default ->
                          stream(
                              12,
                              sink -> {
                                throw new AssertionError("asked for the bytes");
                              });
                    })
                .whenSent(events::add);
    try (TestServer server = new TestServer(function);
        RawHttp client = server.connect()) {
      for (String path : new String[] {"/bytes", "/file", "/stream", "/bytes"}) {
        client.sendHead("HEAD " + path + " HTTP/1.1", "Host: test");
        Answer answer = client.readHead();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Length")).isEqualTo("12");
        if (!path.equals("/bytes")) {
          assertThat(take(events)).isEqualTo("closed");
        }
        assertThat(take(events)).isEqualTo(new Sent(0, true));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 304})
  void aStatusWithoutBodyHasNoLength(int status) throws Exception {
    try (TestServer server = new TestServer(request -> Response.of(status).with(bytes("never")));
        RawHttp client = server.connect()) {
      for (int i = 0; i < 2; i++) {
        Answer answer = client.get("/").readHead();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers()).containsOnlyKeys("date");
      }
      client.sendHead("HEAD / HTTP/1.1", "Host: test", "Connection: close");
      assertThat(client.readHead().headers()).containsOnlyKeys("date", "connection");
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  @Test
  void anEmptyBodyOfAnyKindHasLengthZero() throws Exception {
    TestServer.Function function =
        request ->
            Response.of(200)
                .with(
                    switch (request.path()) {
                      case "/bytes" -> Body.Bytes.NONE;
                      case "/file" -> part(5, 0);
                      default -> stream(0, sink -> {});
                    });
    try (TestServer server = new TestServer(function);
        RawHttp client = server.connect()) {
      for (String path : new String[] {"/bytes", "/file", "/stream"}) {
        assertThat(client.get(path).read().header("Content-Length")).isEqualTo("0");
      }
    }
  }

  @Test
  void aTruncatedAnswerIsSeenByTheClientOfTheTests() throws Exception {
    try (TestServer server = serve(request -> stream(10, sink -> {}));
        RawHttp client = server.connect()) {
      client.get("/");
      assertThatThrownBy(client::read).isInstanceOf(EOFException.class);
    }
  }

  private interface Bodies {
    Body answer(Request request) throws IOException;
  }

  private TestServer serve(Bodies bodies) throws IOException {
    return new TestServer(
        request -> Response.of(200).with(bodies.answer(request)).whenSent(events::add));
  }

  private void closed() {
    events.add("closed");
  }

  private Body part(long offset, long length) {
    return new Body.FilePart(file, offset, length, this::closed);
  }

  private Body stream(long length, Body.Source source) {
    return new Body.Stream(length, source, this::closed);
  }

  private void assertClosedThenTold(Sent sent) throws InterruptedException {
    assertThat(take(events)).isEqualTo("closed");
    assertThat(take(events)).isEqualTo(sent);
    assertThat(events).isEmpty();
  }
}
