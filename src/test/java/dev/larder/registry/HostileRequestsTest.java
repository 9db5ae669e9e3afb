package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.testing.RawHttp;
import dev.larder.testing.RawHttp.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests, names, digests and ranges that no client's library would send, over sockets: each gets
 * its status in the words of the API, and leaves nothing behind. How requests are written here says
 * {@link HostileServer}.
 */
class HostileRequestsTest {
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
    try (RawHttp http = larder.connect()) {
      larder.assertError(http, request, status, code);
    }
    larder.assertUntouched();
  }

  @Test
  void manyHeadersOfNoMeaningAreTaken() throws Exception {
    try (RawHttp http = larder.connect()) {
      larder.send(http, "GET /v2/ HTTP/1.1^Host: x^" + "X: y^".repeat(5000) + "^");
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
    try (RawHttp http = larder.connect()) {
      Answer answer = larder.error(http, "POST " + target + " HTTP/1.1" + body);
      assertThat(answer.status()).isEqualTo(status);
    }
    larder.assertUntouched();
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
    try (RawHttp http = larder.connect()) {
      for (String request : requests) {
        Answer answer =
            larder.error(http, request.formatted(digest) + "^Host: x^Content-Length: 0^^");
        // A slash or a percent sign in a path makes another path of it.
        assertThat(answer.status()).as(request).isIn(400, 404);
        assertThat(answer.text()).containsAnyOf("DIGEST_INVALID", "NAME_INVALID", "UNSUPPORTED");
        if (digest.matches("[^/%]*") || request.contains("?")) {
          assertThat(answer.text()).as(request).contains("DIGEST_INVALID");
        }
      }
    }
    larder.assertUntouched();
    assertThat(larder.registry.upstream.questions()).isEmpty();
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
    try (RawHttp http = larder.connect()) {
      String request = " /v2/app/blobs/{blob} HTTP/1.1^Host: x^Range: " + range + "^^";
      if (content == null) {
        Answer answer = larder.assertError(http, "GET" + request, status, "RANGE_INVALID");
        assertThat(answer.header("Content-Range")).isEqualTo("bytes */10");
      } else {
        larder.send(http, "GET" + request);
        Answer answer = http.read();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).isEqualTo(content);
      }
      larder.send(http, "HEAD" + request);
      Answer head = http.readHead();
      assertThat(Map.of(head.status(), head.header("Content-Length"))).isEqualTo(Map.of(200, "10"));
    }
    larder.assertUntouched();
  }
}
