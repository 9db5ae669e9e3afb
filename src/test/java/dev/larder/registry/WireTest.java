package dev.larder.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.http.Server;
import dev.larder.oci.Digest;
import dev.larder.testing.RawHttp;
import dev.larder.testing.TestImages;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can only be seen on a socket. */
class WireTest {
  private static final byte[] CONTENT = TestImages.bytes(7, 500_000);
  private static final Digest DIGEST = Digest.sha256(CONTENT);

  private TestRegistry registry;
  private Server server;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    registry = new TestRegistry(folder);
    server =
        Server.start(
            List.of(
                new Server.Listener(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), registry.handler)));
  }

  @AfterEach
  void stop() throws IOException {
    server.stop(Duration.ofSeconds(5));
    registry.close();
  }

  @Test
  void anImageIsPushedAndPulledOverOneConnection() throws IOException {
    try (RawHttp http = connect()) {
      String location = begin(http);
      http.sendHead("PATCH " + location + " HTTP/1.1", "Host: x", "Transfer-Encoding: chunked");
      for (int from = 0; from < CONTENT.length; from += 100_000) {
        http.send("186a0\r\n").send(Arrays.copyOfRange(CONTENT, from, from + 100_000)).send("\r\n");
      }
      http.send("0\r\n\r\n");
      assertThat(http.read().header("range")).isEqualTo("0-499999");
      http.sendHead(
          "PUT " + location + "?digest=" + DIGEST + " HTTP/1.1", "Host: x", "Content-Length: 0");
      assertThat(http.read().status()).isEqualTo(201);

      http.get("/v2/app/blobs/" + DIGEST);
      RawHttp.Answer pulled = http.read();
      assertThat(pulled.status()).isEqualTo(200);
      assertThat(pulled.header("content-length")).isEqualTo("500000");
      assertThat(pulled.body()).isEqualTo(CONTENT);
      http.sendHead("HEAD /v2/app/blobs/" + DIGEST + " HTTP/1.1", "Host: x");
      assertThat(http.readHead().header("content-length")).isEqualTo("500000");
      http.sendHead("GET /v2/app/blobs/" + DIGEST + " HTTP/1.1", "Host: x", "Range: bytes=499990-");
      assertThat(http.read().body()).isEqualTo(Arrays.copyOfRange(CONTENT, 499_990, 500_000));
    }
  }

  @Test
  void aClientThatAsksFirstIsToldToGoOn() throws IOException {
    try (RawHttp http = connect()) {
      String location = begin(http);
      http.sendHead(
          "PUT " + location + "?digest=" + DIGEST + " HTTP/1.1",
          "Host: x",
          "Content-Length: 500000",
          "Expect: 100-continue");
      assertThat(http.readHead().status()).isEqualTo(100);
      http.send(CONTENT);
      assertThat(http.read().status()).isEqualTo(201);
    }
  }

  @Test
  void anUploadThatBrokeOffIsTakenUpAgain() throws IOException {
    String location;
    try (RawHttp http = connect()) {
      location = begin(http);
      http.sendHead("PATCH " + location + " HTTP/1.1", "Host: x", "Content-Length: 500000");
      http.send(Arrays.copyOf(CONTENT, 200_000));
      awaitRange(location, 200_000);
      http.reset();
    }

    try (RawHttp http = connect()) {
      http.get(location);
      int have = Integer.parseInt(http.read().header("range").substring(2)) + 1;
      RawHttp.Answer answer;
      do {
        http.sendHead(
            "PUT " + location + "?digest=" + DIGEST + " HTTP/1.1",
            "Host: x",
            "Content-Range: " + have + "-499999",
            "Content-Length: " + (500_000 - have));
        http.send(Arrays.copyOfRange(CONTENT, have, CONTENT.length));
        answer = http.read();
      } while (answer.status() == 409); // until the server has seen the reset
      assertThat(answer.status()).isEqualTo(201);
    }
    assertThat(registry.get("/v2/app/blobs/" + DIGEST).body()).isEqualTo(CONTENT);
  }

  @Test
  void errorsAreToldInTheWordsOfTheApi() throws IOException {
    try (RawHttp http = connect()) {
      http.get("/v2/none/manifests/latest");
      RawHttp.Answer get = http.read();
      assertThat(get.status()).isEqualTo(404);
      assertThat(get.text()).contains("MANIFEST_UNKNOWN");

      http.sendHead("HEAD /v2/none/manifests/latest HTTP/1.1", "Host: x");
      RawHttp.Answer head = http.readHead();
      assertThat(head.status()).isEqualTo(404);
      assertThat(head.header("content-length")).isEqualTo(get.header("content-length"));

      http.get("/v2/");
      assertThat(http.read().text()).isEqualTo("{}");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense                               | 400
          GET /v2/app%00/tags/list HTTP/1.1      | 400
          GET /v2/../../etc/passwd HTTP/1.1      | 404
          GET /v2/a/../b/tags/list HTTP/1.1      | 400
          GET /v2/a%2Fb/tags/list HTTP/1.1       | 400
          GET /v2/\u00e9/tags/list HTTP/1.1      | 400
          GET /v2/a/blobs/sha256:zz HTTP/1.1     | 400
          GET / HTTP/1.1                         | 404
          TRACE /v2/ HTTP/1.1                    | 405
          """)
  void whatIsNoRequestOfTheApiIsAnsweredInJson(String line, int status) throws IOException {
    try (RawHttp http = connect()) {
      http.send(new String(line.getBytes(UTF_8), ISO_8859_1) + "\r\nHost: x\r\n\r\n");
      RawHttp.Answer answer = http.read();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.header("content-type")).isEqualTo("application/json");
      assertThat(answer.text()).startsWith("{\"errors\":[{\"code\":\"");
    }
  }

  @Test
  void aMirroredBlobThatTurnsOutWrongEndsTheConnection() throws IOException {
    TestImages.Image image = TestImages.image("wrong", 400_000);
    registry.upstream.has(image, "1");
    byte[] wrong = TestImages.bytes(1, 400_000);
    CountDownLatch answered = new CountDownLatch(1);
    registry.upstream.sendsBlobsFrom(
        () ->
            InputStreams.halting(
                wrong, answered, new ByteArrayInputStream(wrong, 200_000, 200_000)));
    try (RawHttp http = connect()) {
      http.get("/v2/app/blobs/" + image.layer(0) + "?ns=quay.io");
      assertThat(http.readHead().status()).isEqualTo(200);
      answered.countDown();
      assertThatThrownBy(() -> http.readBody(400_000)).isInstanceOf(EOFException.class);
    }
  }

  private RawHttp connect() throws IOException {
    return RawHttp.connect(server.addresses().getFirst());
  }

  private static String begin(RawHttp http) throws IOException {
    http.sendHead("POST /v2/app/blobs/uploads/ HTTP/1.1", "Host: x", "Content-Length: 0");
    return http.read().header("location");
  }

  private void awaitRange(String location, int bytes) throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!registry.get(location).header("Range").equals("0-" + (bytes - 1))) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }
}
