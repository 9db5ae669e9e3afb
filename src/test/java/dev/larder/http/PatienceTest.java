package dev.larder.http;

import static dev.larder.http.TestServer.handler;
import static dev.larder.http.TestServer.take;
import static dev.larder.http.TestServer.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.http.Response.Sent;
import dev.larder.testing.RawHttp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom the server waits for, and whom it doesn't. */
class PatienceTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration SHORT = Duration.ofMillis(100);

  /** More than the kernel takes for a client that doesn't read. */
  private static final int MUCH = 64 * 1024 * 1024;

  @TempDir Path directory;

  @Test
  void aConnectionWithoutAWholeRequestIsClosed() throws Exception {
    try (TestServer server =
            new TestServer(handler(request -> text("x")), new Patience(SHORT, LONG, LONG));
        RawHttp silent = server.connect();
        RawHttp used = server.connect();
        RawHttp slow = server.connect()) {
      used.get("/").read();
      slow.send("GET / HT");
      assertThat(used.readToEnd()).isEmpty();
      assertThat(silent.readToEnd()).isEmpty();
      assertThat(slow.readToEnd()).isEmpty();
    }
  }

  @Test
  void aHandlerMayThinkForLong() throws Exception {
    TestServer.Function function =
        request -> {
          for (int i = 0; i < 3; i++) {
            // An idle connection lives as long as the server's patience lasts.
            try (RawHttp idle = RawHttp.connect(request.local())) {
              idle.readToEnd();
            }
          }
          return text("well thought");
        };
    try (TestServer server = new TestServer(handler(function), new Patience(SHORT, SHORT, SHORT));
        RawHttp client = server.connect()) {
      assertThat(client.get("/").read().text()).isEqualTo("well thought");
    }
  }

  @Test
  void aClientThatStopsReadingAFileIsCutOff() throws Exception {
    BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    Path file = directory.resolve("much");
    try (FileChannel channel = sparse(file, MUCH);
        TestServer server =
            new TestServer(
                handler(
                    request ->
                        Response.of(200)
                            .with(new Body.FilePart(channel, 0, MUCH, () -> {}))
                            .whenSent(sent::add)),
                new Patience(LONG, SHORT, LONG));
        RawHttp client = RawHttp.connect(server.address(), 64 * 1024)) {
      client.get("/").readHead();
      Sent cut = take(sent);
      assertThat(cut.whole()).isFalse();
      assertThat(cut.bodyBytes()).isPositive().isLessThan(MUCH);
      assertThat(client.readToEnd()).hasSizeLessThanOrEqualTo((int) cut.bodyBytes());
    }
  }

  @Test
  void aClientThatStopsReadingAStreamIsCutOff() throws Exception {
    BlockingQueue<Sent> sent = new LinkedBlockingQueue<>();
    Body.Source zeros =
        sink -> {
          for (int i = 0; i < MUCH / 65536; i++) {
            sink.write(ByteBuffer.allocate(65536));
          }
        };
    try (TestServer server =
            new TestServer(
                handler(
                    request ->
                        Response.of(200)
                            .with(new Body.Stream(MUCH, zeros, () -> {}))
                            .whenSent(sent::add)),
                new Patience(LONG, SHORT, LONG));
        RawHttp client = RawHttp.connect(server.address(), 64 * 1024)) {
      client.get("/").readHead();
      Sent cut = take(sent);
      assertThat(cut.whole()).isFalse();
      assertThat(cut.bodyBytes()).isPositive().isLessThan(MUCH);
    }
  }

  @Test
  void anUploadThatStallsFailsInTheHandler() throws Exception {
    BlockingQueue<IOException> failures = new LinkedBlockingQueue<>();
    TestServer.Function function =
        request -> {
          assertThat(new String(request.body().readNBytes(4), UTF_8)).isEqualTo("some");
          try {
            return text("read " + request.body().read());
          } catch (IOException e) {
            failures.add(e);
            throw e;
          }
        };
    try (TestServer server = new TestServer(handler(function), new Patience(LONG, SHORT, LONG));
        RawHttp client = server.connect()) {
      client.sendHead("PUT / HTTP/1.1", "Host: test", "Content-Length: 10").send("some");
      assertThat(take(failures)).hasMessageContaining("sent nothing");
      assertThat(client.readToEnd()).isEmpty();
    }
  }

  static FileChannel sparse(Path path, long size) throws IOException {
    Files.write(path, new byte[0]);
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    channel.write(ByteBuffer.allocate(1), size - 1);
    return channel;
  }
}
