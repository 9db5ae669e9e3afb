package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.http.Response;
import dev.larder.oci.Digest;
import dev.larder.oci.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorResponsesTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          BLOB_UNKNOWN,              404
          BLOB_UPLOAD_INVALID,       400
          BLOB_UPLOAD_UNKNOWN,       404
          DIGEST_INVALID,            400
          MANIFEST_BLOB_UNKNOWN,     404
          MANIFEST_INVALID,          400
          MANIFEST_UNKNOWN,          404
          NAME_INVALID,              400
          NAME_UNKNOWN,              404
          SIZE_INVALID,              400
          UNAUTHORIZED,              401
          DENIED,                    403
          UNSUPPORTED,               405
          TOOMANYREQUESTS,           429
          UNKNOWN,                   500
          UNAVAILABLE,               503
          PAGINATION_NUMBER_INVALID, 400
          RANGE_INVALID,             416
          """)
  void eachCodeHasItsStatus(ErrorCode code, int status) {
    assertThat(ErrorResponses.of(code, "why").status()).isEqualTo(status);
  }

  @ParameterizedTest
  @EnumSource
  void eachCodeIsWrittenAsTheSpecificationHasIt(ErrorCode code) throws IOException {
    TestRegistry.Answer answer =
        TestRegistry.received("GET", ErrorResponses.of(code, "it's \"so\"\n"));

    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.text())
        .isEqualTo(
            "{\"errors\":[{\"code\":\"%s\",\"message\":\"it's \\\"so\\\"\\n\"}]}".formatted(code));
  }

  @Test
  void whatIsMissingIsNamedOneByOne() throws IOException {
    var first = Digest.sha256(new byte[] {1});
    var second = Digest.sha256(new byte[] {2});

    TestRegistry.Answer answer =
        TestRegistry.received("PUT", ErrorResponses.missing(List.of(first, second)));

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.json().path("errors")).hasSize(2);
    assertThat(answer.code()).isEqualTo("MANIFEST_BLOB_UNKNOWN");
    assertThat(answer.json().at("/errors/0/detail/digest").asText()).isEqualTo(first.toString());
    assertThat(answer.json().at("/errors/1/detail/digest").asText()).isEqualTo(second.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"No space left on device", "Disk quota exceeded", "database or disk is full"})
  void aFullDiskIsToldAsSuch(String words) throws IOException {
    Response response =
        ErrorResponses.storeFailed(new UncheckedIOException("writing", new IOException(words)));

    assertThat(response.status()).isEqualTo(507);
    assertThat(TestRegistry.received("PUT", response).message()).contains("disk is full");
  }

  @Test
  void anotherFaultOfTheStoreTellsNothingOfTheMachine() throws IOException {
    Response response = ErrorResponses.storeFailed(new IOException("/var/lib/larder: I/O error"));

    assertThat(response.status()).isEqualTo(500);
    assertThat(TestRegistry.received("PUT", response).text()).doesNotContain("/var/lib");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          400, UNSUPPORTED
          413, SIZE_INVALID
          414, NAME_INVALID
          431, UNSUPPORTED
          500, UNKNOWN
          501, UNSUPPORTED
          503, UNAVAILABLE
          505, UNSUPPORTED
          """)
  void theServersRefusalsAreErrorsOfTheApi(int status, String code) throws IOException {
    TestRegistry.Answer answer =
        TestRegistry.received("GET", ErrorResponses.refusal(status, "no request"));

    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.message()).isEqualTo("no request");
  }

  @Test
  void retryAfterIsAtLeastASecond() {
    assertThat(
            ErrorResponses.unavailable("busy", Optional.of(Duration.ofMillis(10)))
                .headers()
                .first("Retry-After"))
        .contains("1");
    assertThat(ErrorResponses.unavailable("busy", Optional.empty()).headers().first("Retry-After"))
        .isEmpty();
  }
}
