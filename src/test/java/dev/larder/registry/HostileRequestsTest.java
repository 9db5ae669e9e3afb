package dev.larder.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.http.Server;
import dev.larder.oci.Digest;
import dev.larder.testing.RawHttp;
import dev.larder.testing.RawHttp.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What no client's library would send, over sockets: each gets its status in the words of the API,
 * and leaves nothing behind. Before each there is a repository {@code app} with a blob of ten
 * bytes, and an upload to it which has five.
 *
 * <p>In the tables {@code ^} ends a line, {@code {blob}} is that blob's digest, {@code {upload}}
 * the path of that upload, {@code {a*300}} a letter 300 times.
 */
class HostileRequestsTest {
  private static final byte[] CONTENT = "0123456789".getBytes(UTF_8);
  private static final Digest BLOB = Digest.sha256(CONTENT);

  private Path folder;
  private TestRegistry registry;
  private Server server;
  private String upload;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    this.folder = folder;
    registry = new TestRegistry(folder);
    registry.pushBlob("/v2/app", CONTENT);
    upload = registry.send("POST", "/v2/app/blobs/uploads/").header("Location");
    registry.send("PATCH", upload, "01234".getBytes(UTF_8));
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          416 | RANGE_INVALID       | Content-Range: 3-7^Content-Length: 5^^34567
          416 | RANGE_INVALID       | Content-Range: 0-4^Content-Length: 5^^01234
          416 | RANGE_INVALID       | Content-Range: 0-9^Content-Length: 10^^0123456789
          416 | RANGE_INVALID       | Content-Range: 7-9^Content-Length: 3^^789
          416 | RANGE_INVALID       | Content-Range: 999999999999999999-999999999999999999^Content-Length: 1^^x
          416 | RANGE_INVALID       | Content-Range: 0-4^Content-Length: 5^Expect: 100-continue^^
          400 | BLOB_UPLOAD_INVALID | Content-Range: 9-5^Content-Length: 5^^56789
          400 | BLOB_UPLOAD_INVALID | Content-Range: 5-^Content-Length: 5^^56789
          400 | BLOB_UPLOAD_INVALID | Content-Range: -5^Content-Length: 5^^56789
          400 | BLOB_UPLOAD_INVALID | Content-Range: bytes 5-9/10^Content-Length: 5^^56789
          400 | BLOB_UPLOAD_INVALID | Content-Range: 5-99999999999999999999^Content-Length: 5^^56789
          400 | BLOB_UPLOAD_INVALID | Content-Range: five-nine^Content-Length: 5^^56789
          400 | BLOB_UPLOAD_INVALID | Content-Range: 0x5-0x9^Content-Length: 5^^56789
          400 | BLOB_UPLOAD_INVALID | Content-Range: 5-7, 8-9^Content-Length: 5^^56789
          400 | BLOB_UPLOAD_INVALID | Content-Range:^Content-Length: 5^^56789
          400 | SIZE_INVALID        | Content-Range: 5-9^Content-Length: 3^^567
          400 | SIZE_INVALID        | Content-Range: 5-9^Content-Length: 7^^56789ab
          400 | BLOB_UPLOAD_INVALID | Content-Range: 5-9^Content-Range: 0-9^Content-Length: 5^^56789
          """)
  void aChunkThatIsNotWhatItSaysIsRefused(int status, String code, String rest) throws Exception {
    try (RawHttp http = connect()) {
      assertError(http, "PATCH {upload} HTTP/1.1^Host: x^" + rest, status, code);
    }
    assertUntouched();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Content-Length: five^^56789
          Content-Length: -5^^56789
          Content-Length: +5^^56789
          Content-Length: 5.0^^56789
          Content-Length: 0x5^^56789
          Content-Length: 5 5^^56789
          Content-Length:^^56789
          Content-Length: 99999999999999999999^^56789
          Content-Length: 5^Content-Length: 3^^56789
          Content-Length: 5, 3^^56789
          Content-Length: 5^Transfer-Encoding: chunked^^0^^
          Transfer-Encoding: chunked^Content-Length: 5^^0^^
          Transfer-Encoding: gzip^^56789
          Transfer-Encoding: identity^^56789
          Transfer-Encoding: chunked, identity^^0^^
          Transfer-Encoding: xchunked^^56789
          Transfer-Encoding: chunked^Transfer-Encoding: chunked^^0^^
          Transfer-Encoding: "chunked"^^0^^
          Content-Length : 5^^56789
          Transfer-Encoding : chunked^^0^^
          """)
  void aBodyOfUnclearLengthIsRefused(String rest) throws Exception {
    try (RawHttp http = connect()) {
      assertError(http, "PATCH {upload} HTTP/1.1^Host: x^" + rest, 400, "UNSUPPORTED");
      assertThat(http.readToEnd()).as("after that, nothing on the connection is sure").isEmpty();
    }
    assertUntouched();
  }

  @Test
  void aTransferCodingThatIsNotUnderstoodIsRefused() throws Exception {
    String rest = "Host: x^Transfer-Encoding: gzip, chunked^^5^56789^0^^";
    try (RawHttp http = connect()) {
      assertError(http, "PATCH {upload} HTTP/1.1^" + rest, 501, "UNSUPPORTED");
    }
    assertUntouched();
  }

  @Test
  void aChunkedBodyInOldHttpIsRefused() throws Exception {
    try (RawHttp http = connect()) {
      String request = "PATCH {upload} HTTP/1.0^Transfer-Encoding: chunked^^5^56789^0^^";
      assertError(http, request, 400, "UNSUPPORTED");
    }
    assertUntouched();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense^",
        "-5^56789^0^^",
        "0x5^56789^0^^",
        "FFFFFFFFFFFFFFFFF^56789",
        "7FFFFFFFFFFFFFFF^^",
        " ^56789^0^^",
        "3^56789^0^^",
      })
  void aBrokenChunkEndsTheConnectionAndTheUploadGoesOn(String chunks) throws Exception {
    try (RawHttp http = connect()) {
      send(http, "PATCH {upload} HTTP/1.1^Host: x^Transfer-Encoding: chunked^^" + chunks);
      if (chunks.startsWith("7F")) {
        http.finish(); // well written, but never kept
      }
      // No answer could say which of the bytes belong to it, nor where the next request begins.
      assertThat(http.readToEnd()).isEmpty();
    }
    // What came before is the client's to go on with; here that is nothing, or three bytes.
    String range = "3^5678".startsWith(chunks.substring(0, 3)) ? "0-7" : "0-4";
    await(() -> registry.get(upload).header("Range").equals(range));
    await(() -> registry.send("DELETE", upload).status() == 204); // 409 while it is written to
    assertNothingButTheBlob();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5^56789^0^^",
        "005^56789^000^^",
        "5;name=value;other=\"x\"^56789^0;last^^",
        "2^56^3^789^0^Checksum: none^Content-Length: 3^^",
        "1^5^1^6^1^7^1^8^1^9^0^^",
      })
  void chunksMayHaveExtensionsAndTrailers(String chunks) throws Exception {
    try (RawHttp http = connect()) {
      send(http, "PATCH {upload} HTTP/1.1^Host: x^Transfer-Encoding: chunked^^" + chunks);
      assertThat(http.read().header("range")).isEqualTo("0-9");
      http.sendHead("PUT " + upload + "?digest=" + BLOB + " HTTP/1.1", "Host: x");
      assertThat(http.read().status()).isEqualTo(201);
    }
    assertNothingButTheBlob();
  }

  @Test
  void anUploadThatEndsEarlyKeepsWhatCame() throws Exception {
    try (RawHttp http = connect()) {
      send(http, "PATCH {upload} HTTP/1.1^Host: x^Content-Length: 5^^567").finish();
      assertThat(http.readToEnd()).isEmpty();
    }
    await(() -> registry.get(upload).header("Range").equals("0-7"));
    await(() -> registry.send("PATCH", upload, "89".getBytes(UTF_8)).status() == 202);
    assertThat(registry.send("PUT", upload + "?digest=" + BLOB).status()).isEqualTo(201);
    assertNothingButTheBlob();
  }

  @Test
  void anUploadInOneRequestThatEndsEarlyIsGone() throws Exception {
    Digest other = Digest.sha256("other".getBytes(UTF_8));
    try (RawHttp http = connect()) {
      String line = "POST /v2/app/blobs/uploads/?digest=" + other + " HTTP/1.1^";
      send(http, line + "Host: x^Content-Length: 5^^oth").finish();
      assertThat(http.readToEnd()).isEmpty();
    }
    await(() -> registry.blobFiles() == 2);
    assertThat(registry.get("/v2/app/blobs/" + other).status()).isEqualTo(404);
    assertUntouched();
  }

  /** A body has the length that its head says, and so what no length announces isn't one. */
  @Test
  void bytesBeyondTheAnnouncedLengthAreNotOfTheBody() throws Exception {
    for (String length : List.of("Content-Length: 5^", "")) {
      try (RawHttp http = connect()) {
        send(http, "PATCH {upload} HTTP/1.1^Host: x^" + length + "^56789 and more^^");
        assertThat(http.read().header("range")).isEqualTo("0-9");
        Answer next = http.read();
        assertThat(next.status()).isEqualTo(400);
        assertThat(next.text()).startsWith("{\"errors\":[{\"code\":\"UNSUPPORTED\"");
        assertThat(http.readToEnd()).isEmpty();
      }
    }
  }

  @Test
  void aWholePushInOneWriteIsAnsweredInOrder() throws Exception {
    try (RawHttp http = connect()) {
      send(
          http,
          """
          PATCH {upload} HTTP/1.1^Host: x^Content-Length: 5^^56789\
          PUT {upload}?digest={blob} HTTP/1.1^Host: x^Content-Length: 0^^\
          GET {upload} HTTP/1.1^Host: x^^\
          GET /v2/app/blobs/{blob} HTTP/1.1^Host: x^^\
          HEAD /v2/none/manifests/latest HTTP/1.1^Host: x^^\
          DELETE /v2/app/blobs/{blob} HTTP/1.1^Host: x^^\
          GET /v2/app/blobs/{blob} HTTP/1.1^Host: x^^\
          """);
      assertThat(http.read().status()).isEqualTo(202);
      assertThat(http.read().status()).isEqualTo(201);
      assertThat(http.read().status()).isEqualTo(404);
      assertThat(http.read().body()).isEqualTo(CONTENT);
      assertThat(http.readHead().status()).isEqualTo(404);
      assertThat(http.read().status()).isEqualTo(202);
      assertThat(http.read().text()).contains("BLOB_UNKNOWN");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          400 | UNSUPPORTED | GET /v2/ HTTP/1.1^Host: x^Bad Name: x^^
          400 | UNSUPPORTED | GET /v2/ HTTP/1.1^Host: x^Name\\0: x^^
          400 | UNSUPPORTED | GET /v2/ HTTP/1.1^Host: x^Name: \\0^^
          400 | UNSUPPORTED | GET /v2/ HTTP/1.1^Host: x^nothing^^
          400 | UNSUPPORTED | GET /v2/ HTTP/1.1^ Host: x^^
          400 | UNSUPPORTED | GET /v2/ HTTP/1.1^Host : x^^
          400 | UNSUPPORTED | GET /v2/ HTTP/1.1^^
          400 | UNSUPPORTED | GET /v2/ HTTP/1.1^Host: x^Host: x^^
          431 | UNSUPPORTED | GET /v2/ HTTP/1.1^Host: x^Name: {a*70000}^^
          431 | UNSUPPORTED | GET /v2/ HTTP/1.1^Host: x^{a*70000}: x^^
          414 | NAME_INVALID | GET /v2/{a*17000} HTTP/1.1^Host: x^^
          400 | UNSUPPORTED | GET /v2/^Host: x^^
          400 | UNSUPPORTED | GET /v2/ HTTP/one^Host: x^^
          505 | UNSUPPORTED | GET /v2/ HTTP/3.0^Host: x^^
          505 | UNSUPPORTED | PRI * HTTP/2.0^^SM^^
          505 | UNSUPPORTED | GET /v2/ HTTP/1.2^Host: x^^
          505 | UNSUPPORTED | GET /v2/ HTTP/0.9^^
          405 | UNSUPPORTED | get /v2/ HTTP/1.1^Host: x^^
          405 | UNSUPPORTED | CONNECT /v2/ HTTP/1.1^Host: x^^
          405 | UNSUPPORTED | {a*300} /v2/ HTTP/1.1^Host: x^^
          405 | UNSUPPORTED | POST /v2/app/blobs/{blob} HTTP/1.1^Host: x^^
          404 | UNSUPPORTED | OPTIONS * HTTP/1.1^Host: x^^
          """)
  void whatIsNotWrittenAsARequestIsRefused(int status, String code, String request)
      throws Exception {
    try (RawHttp http = connect()) {
      assertError(http, request, status, code);
    }
    assertUntouched();
  }

  @Test
  void manyHeadersOfNoMeaningAreTaken() throws Exception {
    try (RawHttp http = connect()) {
      send(http, "GET /v2/ HTTP/1.1^Host: x^" + "X: y^".repeat(5000) + "^");
      assertThat(http.read().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          400 | /v2/../blobs/uploads/
          400 | /v2/a/../b/blobs/uploads/
          400 | /v2/./blobs/uploads/
          400 | /v2/a//b/blobs/uploads/
          400 | /v2//a/blobs/uploads/
          400 | /v2/a/%2e%2e/b/blobs/uploads/
          400 | /v2/..%2f..%2fetc/blobs/uploads/
          400 | /v2/a%2fb/blobs/uploads/
          400 | /v2/a%5cb/blobs/uploads/
          400 | /v2/a%00/blobs/uploads/
          400 | /v2/a%0d%0aX:%20y/blobs/uploads/
          400 | /v2/\\0/blobs/uploads/
          400 | /v2/caf\u00e9/blobs/uploads/
          400 | /v2/caf%C3%A9/blobs/uploads/
          400 | /v2/\u0430pp/blobs/uploads/
          400 | /v2/APP/blobs/uploads/
          400 | /v2/-app/blobs/uploads/
          400 | /v2/app-/blobs/uploads/
          400 | /v2/a___b/blobs/uploads/
          400 | /v2/{a*300}/blobs/uploads/
          400 | /v2/{a/*200}a/blobs/uploads/
          400 | /v2/app/blobs/uploads/?ns=..
          400 | /v2/app/blobs/uploads/?ns=a%00b
          400 | /v2/app/blobs/uploads/?ns=%zz
          400 | /v2/app/blobs/uploads/?digest=sha256:..%2f..
          400 | /v2/app/blobs/uploads/?mount=sha256:..%2f..&from=app
          400 | /../v2/app/blobs/uploads/
          400 | /.git/v2/app/blobs/uploads/
          404 | /v2/../../etc/passwd
          404 | /v3/app/blobs/uploads/
          405 | /v2/app/blobs/uploads/..
          """)
  void aNameThatIsNoneIsRefused(int status, String target) throws Exception {
    String body = "^Host: x^Content-Length: 2^^xy";
    try (RawHttp http = connect()) {
      Answer answer = error(http, "POST " + target + " HTTP/1.1" + body);
      assertThat(answer.status()).isEqualTo(status);
    }
    assertUntouched();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sha256:",
        "sha256:{a*63}",
        "sha256:{a*65}",
        "sha256:{a*128}",
        "sha256:{A*64}",
        "sha256:{g*64}",
        "SHA256:{a*64}",
        "sha256{a*64}",
        "sha256::{a*63}",
        ":{a*64}",
        "sha512:{a*64}",
        "sha512:{a*127}",
        "sha384:{a*96}",
        "sha1:{a*40}",
        "md5:{a*32}",
        "sha256+b64:{a*64}",
        "sha256:../../{a*58}",
        "sha256:%00{a*61}",
        "sha256:\u0430{a*63}",
        "sha256:{a*5000}",
      })
  void aDigestThatIsNoneIsRefused(String digest) throws Exception {
    List<String> requests =
        List.of(
            "GET /v2/app/blobs/%s HTTP/1.1",
            "DELETE /v2/app/blobs/%s HTTP/1.1",
            "GET /v2/app/referrers/%s HTTP/1.1",
            "GET /v2/docker.io/app/blobs/%s HTTP/1.1",
            "POST /v2/app/blobs/uploads/?digest=%s HTTP/1.1",
            "POST /v2/app/blobs/uploads/?mount=%s HTTP/1.1",
            "PUT {upload}?digest=%s HTTP/1.1");
    try (RawHttp http = connect()) {
      for (String request : requests) {
        Answer answer = error(http, request.formatted(digest) + "^Host: x^Content-Length: 0^^");
        // A slash or a percent sign in a path makes another path of it.
        assertThat(answer.status()).as(request).isIn(400, 404);
        assertThat(answer.text()).containsAnyOf("DIGEST_INVALID", "NAME_INVALID", "UNSUPPORTED");
        if (digest.matches("[^/%]*") || request.contains("?")) {
          assertThat(answer.text()).as(request).contains("DIGEST_INVALID");
        }
      }
    }
    assertUntouched();
    assertThat(registry.upstream.questions()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      textBlock =
          """
          206 | 0         | bytes=0-0
          206 | 56789     | bytes=5-100
          206 | 0123456789| bytes=-100
          206 | 56789     | bytes=5-99999999999999999999
          416 | none      | bytes=9-3
          416 | none      | bytes=10-
          416 | none      | bytes=10-10
          416 | none      | bytes=-0
          416 | none      | bytes=99999999999999999999-
          200 | 0123456789| bytes=
          200 | 0123456789| bytes=-
          200 | 0123456789| bytes=0-1,3-4
          200 | 0123456789| bytes=0-1,
          200 | 0123456789| bytes=a-b
          200 | 0123456789| bytes=0x0-0x1
          200 | 0123456789| bytes 0-1
          200 | 0123456789| items=0-1
          200 | 0123456789| -
          """)
  void aRangeIsHonouredOrIgnoredOrBeyondTheEnd(int status, String content, String range)
      throws Exception {
    try (RawHttp http = connect()) {
      String request = " /v2/app/blobs/{blob} HTTP/1.1^Host: x^Range: " + range + "^^";
      if (content == null) {
        Answer answer = assertError(http, "GET" + request, status, "RANGE_INVALID");
        assertThat(answer.header("Content-Range")).isEqualTo("bytes */10");
      } else {
        send(http, "GET" + request);
        Answer answer = http.read();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).isEqualTo(content);
      }
      send(http, "HEAD" + request);
      Answer head = http.readHead();
      assertThat(Map.of(head.status(), head.header("Content-Length"))).isEqualTo(Map.of(200, "10"));
    }
    assertUntouched();
  }

  private RawHttp connect() throws IOException {
    return RawHttp.connect(server.addresses().getFirst());
  }

  private RawHttp send(RawHttp http, String request) throws IOException {
    String filled =
        request
            .replace("{blob}", BLOB.toString())
            .replace("{upload}", upload)
            .replace("\\0", "\0")
            .replace("^", "\r\n");
    String repeated =
        Pattern.compile("\\{(.{1,2})\\*([0-9]+)}")
            .matcher(filled)
            .replaceAll(found -> found.group(1).repeat(Integer.parseInt(found.group(2))));
    return http.send(new String(repeated.getBytes(UTF_8), ISO_8859_1));
  }

  private Answer error(RawHttp http, String request) throws IOException {
    Answer answer = send(http, request).read();
    assertThat(answer.header("Content-Type")).as(answer.text()).isEqualTo("application/json");
    assertThat(answer.text()).startsWith("{\"errors\":[{\"code\":\"");
    return answer;
  }

  private Answer assertError(RawHttp http, String request, int status, String code)
      throws Exception {
    Answer answer = error(http, request);
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.text()).startsWith("{\"errors\":[{\"code\":\"" + code + "\"");
    return answer;
  }

  /** The upload has its five bytes still, and there is nothing that wasn't there before. */
  private void assertUntouched() throws Exception {
    assertThat(registry.get(upload).header("Range")).isEqualTo("0-4");
    assertThat(registry.blobFiles()).as("the blob's file and the upload's").isEqualTo(2);
    assertThat(registry.send("DELETE", upload).status()).isEqualTo(204);
    assertNothingButTheBlob();
  }

  private void assertNothingButTheBlob() throws Exception {
    assertThat(registry.blobFiles()).isEqualTo(1);
    assertThat(registry.get("/v2/_catalog").text()).isEqualTo("{\"repositories\":[\"app\"]}");
    await(() -> openFiles() == 0);
  }

  /** How many of the blob store's files this process has open; 0 where the system doesn't tell. */
  private long openFiles() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return 0;
    }
    Path blobs = folder.toRealPath().resolve("blobs");
    try (Stream<Path> open = Files.list(descriptors)) {
      return open.filter(descriptor -> target(descriptor).startsWith(blobs)).count();
    }
  }

  private static Path target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor);
    } catch (IOException e) {
      return Path.of("closed meanwhile");
    }
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!holds(condition)) {
      assertThat(System.nanoTime()).as("what was waited for has not come").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static boolean holds(Callable<Boolean> condition) throws Exception {
    try {
      return condition.call();
    } catch (UncheckedIOException e) {
      return false; // a file went while it was looked at
    }
  }
}
