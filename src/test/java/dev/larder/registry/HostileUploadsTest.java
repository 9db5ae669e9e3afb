package dev.larder.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.testing.RawHttp;
import dev.larder.testing.RawHttp.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Uploads that no client's library would send, over sockets: each gets its status in the words of
 * the API, and leaves nothing behind. How requests are written here says {@link HostileServer}.
 */
class HostileUploadsTest {
  private HostileServer larder;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    larder = new HostileServer(folder);
  }

  @AfterEach
  void stop() throws IOException {
    larder.close();
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
    try (RawHttp http = larder.connect()) {
      larder.assertError(http, "PATCH {upload} HTTP/1.1^Host: x^" + rest, status, code);
    }
    larder.assertUntouched();
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
    try (RawHttp http = larder.connect()) {
      larder.assertError(http, "PATCH {upload} HTTP/1.1^Host: x^" + rest, 400, "UNSUPPORTED");
      assertThat(http.readToEnd()).as("after that, nothing on the connection is sure").isEmpty();
    }
    larder.assertUntouched();
  }

  @Test
  void aTransferCodingThatIsNotUnderstoodIsRefused() throws Exception {
    String rest = "Host: x^Transfer-Encoding: gzip, chunked^^5^56789^0^^";
    try (RawHttp http = larder.connect()) {
      larder.assertError(http, "PATCH {upload} HTTP/1.1^" + rest, 501, "UNSUPPORTED");
    }
    larder.assertUntouched();
  }

  @Test
  void aChunkedBodyInOldHttpIsRefused() throws Exception {
    try (RawHttp http = larder.connect()) {
      String request = "PATCH {upload} HTTP/1.0^Transfer-Encoding: chunked^^5^56789^0^^";
      larder.assertError(http, request, 400, "UNSUPPORTED");
    }
    larder.assertUntouched();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense^",
        "-5^56789^0^^",
        "0x5^56789^0^^",
        "FFFFFFFFFFFFFFFFF^56789",
        " ^56789^0^^",
        "3^56789^0^^",
      })
  void aBrokenChunkIsRefusedAndTheUploadGoesOn(String chunks) throws Exception {
    String request = "PATCH {upload} HTTP/1.1^Host: x^Transfer-Encoding: chunked^^" + chunks;
    try (RawHttp http = larder.connect()) {
      larder.assertError(http, request, 400, "UNSUPPORTED");
      assertThat(http.readToEnd()).as("where the next request begins can't be told").isEmpty();
    }
    // What came before is the client's to go on with; here that is nothing, or three bytes.
    String range = "3^5678".startsWith(chunks.substring(0, 3)) ? "0-7" : "0-4";
    HostileServer.await(() -> larder.registry.get(larder.upload).header("Range").equals(range));
    HostileServer.await(() -> larder.registry.send("DELETE", larder.upload).status() == 204);
    larder.assertNothingButTheBlob();
  }

  @Test
  void aChunkThatIsNeverSentLeavesTheUploadAsItWas() throws Exception {
    try (RawHttp http = larder.connect()) {
      larder.send(
          http, "PATCH {upload} HTTP/1.1^Host: x^Transfer-Encoding: chunked^^7FFFFFFFFFFFFFFF^^");
      http.finish();
      // A client that has hung up may have been too quick for the answer, or not.
      assertThat(new String(http.readToEnd(), US_ASCII)).matches("(?s)|HTTP/1\\.1 400 .*");
    }
    larder.assertUntouched();
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
    try (RawHttp http = larder.connect()) {
      larder.send(http, "PATCH {upload} HTTP/1.1^Host: x^Transfer-Encoding: chunked^^" + chunks);
      assertThat(http.read().header("range")).isEqualTo("0-9");
      http.sendHead(
          "PUT " + larder.upload + "?digest=" + HostileServer.BLOB + " HTTP/1.1", "Host: x");
      assertThat(http.read().status()).isEqualTo(201);
    }
    larder.assertNothingButTheBlob();
  }

  @Test
  void anUploadThatEndsEarlyKeepsWhatCame() throws Exception {
    try (RawHttp http = larder.connect()) {
      larder.send(http, "PATCH {upload} HTTP/1.1^Host: x^Content-Length: 5^^567").finish();
      assertThat(http.readToEnd()).isEmpty();
    }
    HostileServer.await(() -> larder.registry.get(larder.upload).header("Range").equals("0-7"));
    HostileServer.await(
        () -> larder.registry.send("PATCH", larder.upload, "89".getBytes(UTF_8)).status() == 202);
    assertThat(
            larder.registry.send("PUT", larder.upload + "?digest=" + HostileServer.BLOB).status())
        .isEqualTo(201);
    larder.assertNothingButTheBlob();
  }

  @Test
  void anUploadInOneRequestThatEndsEarlyIsGone() throws Exception {
    Digest other = Digest.sha256("other".getBytes(UTF_8));
    try (RawHttp http = larder.connect()) {
      String line = "POST /v2/app/blobs/uploads/?digest=" + other + " HTTP/1.1^";
      larder.send(http, line + "Host: x^Content-Length: 5^^oth").finish();
      assertThat(http.readToEnd()).isEmpty();
    }
    HostileServer.await(() -> larder.registry.blobFiles() == 2);
    assertThat(larder.registry.get("/v2/app/blobs/" + other).status()).isEqualTo(404);
    larder.assertUntouched();
  }

  /** A body has the length that its head says, and so what no length announces isn't one. */
  @Test
  void bytesBeyondTheAnnouncedLengthAreNotOfTheBody() throws Exception {
    for (String length : List.of("Content-Length: 5^", "")) {
      try (RawHttp http = larder.connect()) {
        larder.send(http, "PATCH {upload} HTTP/1.1^Host: x^" + length + "^56789 and more^^");
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
    try (RawHttp http = larder.connect()) {
      larder.send(
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
      assertThat(http.read().body()).isEqualTo(HostileServer.CONTENT);
      assertThat(http.readHead().status()).isEqualTo(404);
      assertThat(http.read().status()).isEqualTo(202);
      assertThat(http.read().text()).contains("BLOB_UNKNOWN");
    }
  }
}
