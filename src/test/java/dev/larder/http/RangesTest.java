package dev.larder.http;

import static dev.larder.http.TestServer.ANY_PORT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.http.Ranges.Selection.Part;
import dev.larder.http.Ranges.Selection.Unsatisfiable;
import dev.larder.http.Ranges.Selection.Whole;
import dev.larder.testing.RawHttp;
import dev.larder.testing.RawHttp.Answer;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangesTest {
  private static final String ETAG = "\"sha256:abc\"";
  private static final byte[] CONTENT = "0123456789".getBytes(UTF_8);

  private final List<String> closed = new ArrayList<>();

  @ParameterizedTest
  @CsvSource({
    "bytes=0-, 0, 10",
    "bytes=0-0, 0, 1",
    "bytes=3-5, 3, 3",
    "bytes=3-, 3, 7",
    "bytes=9-9, 9, 1",
    "bytes=3-99, 3, 7",
    "bytes=3-99999999999999999999999, 3, 7",
    "bytes=-1, 9, 1",
    "bytes=-10, 0, 10",
    "bytes=-99, 0, 10",
    "bytes=-99999999999999999999999, 0, 10",
    "bytes=0000000000000000000000003-5, 3, 3",
    "BYTES= 3-5 , 3, 3"
  })
  void oneRangeIsAPart(String range, long offset, long length) {
    assertThat(Ranges.select(range, 10)).isEqualTo(new Part(offset, length));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=10-", "bytes=10-20", "bytes=99999999999999999999999-", "bytes=-0"})
  void aRangeBeyondTheEndIsUnsatisfiable(String range) {
    assertThat(Ranges.select(range, 10)).isEqualTo(new Unsatisfiable());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=5-3", "bytes=11-10"})
  void aRangeThatEndsBeforeItBeginsIsUnsatisfiable(String range) {
    assertThat(Ranges.select(range, 10)).isEqualTo(new Unsatisfiable());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes=0-", "bytes=-1", "bytes=0-0"})
  void nothingOfAnEmptyBodyIsSatisfiable(String range) {
    assertThat(Ranges.select(range, 0)).isEqualTo(new Unsatisfiable());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=3",
        "bytes=--3",
        "bytes=1-2-3",
        "lines=0-1",
        "bytes=0-1,3-4",
        "0-1",
        "bytes=+1-2"
      })
  void whatIsNotOneRangeIsIgnored(String range) {
    assertThat(Ranges.select(range, 10)).isEqualTo(new Whole());
  }

  @Test
  void noRangeIsTheWhole() {
    Response response = answer("GET", Map.of());
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.headers().first("Accept-Ranges")).contains("bytes");
    assertThat(response.headers().first("ETag")).contains(ETAG);
    assertThat(response.headers().first("Content-Range")).isEmpty();
    assertThat(response.body().length()).isEqualTo(10);
    assertThat(closed).isEmpty();
  }

  @Test
  void aRangeIsAPartialAnswer() {
    Response response = answer("GET", Map.of("Range", "bytes=3-5"));
    assertThat(response.status()).isEqualTo(206);
    assertThat(response.headers().first("Content-Range")).contains("bytes 3-5/10");
    assertThat(response.headers().first("ETag")).contains(ETAG);
    assertThat(response.body().length()).isEqualTo(3);
  }

  @Test
  void aHeadRequestHasNoRange() {
    Response response = answer("HEAD", Map.of("Range", "bytes=3-5"));
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.body().length()).isEqualTo(10);
  }

  @Test
  void anUnsatisfiableRangeIsToldTheLengthAndLetsGoOfTheContent() {
    Response response = answer("GET", Map.of("Range", "bytes=10-"));
    assertThat(response.status()).isEqualTo(416);
    assertThat(response.headers().first("Content-Range")).contains("bytes */10");
    assertThat(response.body().length()).isZero();
    assertThat(closed).containsExactly("0+0");
  }

  @Test
  void aRangeAppliesOnlyIfItIsOfThisContent() {
    assertThat(answer("GET", Map.of("Range", "bytes=3-", "If-Range", ETAG)).status())
        .isEqualTo(206);
    for (String other :
        List.of("\"other\"", "W/" + ETAG, "Tue, 24 Nov 2026 00:00:00 GMT", "sha256:abc")) {
      Response response = answer("GET", Map.of("Range", "bytes=3-", "If-Range", other));
      assertThat(response.status()).isEqualTo(200);
      assertThat(response.body().length()).isEqualTo(10);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {ETAG, "W/" + ETAG, "*", "\"a\", " + ETAG})
  void contentThatTheClientHasIsNotSentAgain(String tags) {
    for (String method : List.of("GET", "HEAD")) {
      Response response = answer(method, Map.of("If-None-Match", tags, "Range", "bytes=3-"));
      assertThat(response.status()).isEqualTo(304);
      assertThat(response.headers().first("ETag")).contains(ETAG);
      assertThat(response.headers().first("Content-Range")).isEmpty();
    }
    assertThat(closed).containsExactly("0+0", "0+0");
  }

  @Test
  void contentThatTheClientDoesNotHaveIsSent() {
    assertThat(answer("GET", Map.of("If-None-Match", "\"a\", sha256:abc")).status()).isEqualTo(200);
  }

  @Test
  void aPartTravels() throws Exception {
    TestServer.Function function = request -> Ranges.answer(request, ETAG, 10, this::part);
    try (TestServer server = new TestServer(function);
        RawHttp client = server.connect()) {
      client.sendHead("GET / HTTP/1.1", "Host: test", "Range: bytes=3-5");
      Answer answer = client.read();
      assertThat(answer.status()).isEqualTo(206);
      assertThat(answer.header("Content-Range")).isEqualTo("bytes 3-5/10");
      assertThat(answer.text()).isEqualTo("345");

      client.sendHead("GET / HTTP/1.1", "Host: test", "Range: bytes=10-");
      assertThat(client.read().header("Content-Length")).isEqualTo("0");
    }
  }

  private Response answer(String method, Map<String, String> fields) {
    Headers headers = Headers.none();
    for (Map.Entry<String, String> field : fields.entrySet()) {
      headers = headers.with(field.getKey(), field.getValue());
    }
    Request request =
        new Request(
            method, "/", "", headers, "http", ANY_PORT, ANY_PORT, InputStream.nullInputStream());
    return Ranges.answer(request, ETAG, CONTENT.length, this::part);
  }

  private Body part(long offset, long length) {
    return new Body.Stream(
        length,
        sink -> sink.write(ByteBuffer.wrap(CONTENT, (int) offset, (int) length)),
        () -> closed.add(offset + "+" + length));
  }
}
