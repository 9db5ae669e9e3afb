package dev.larder.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {

  /** The table of the distribution specification 1.1.1, section "Error Codes". */
  private static final Map<String, String> SPECIFICATION =
      Map.ofEntries(
          Map.entry("BLOB_UNKNOWN", "blob unknown to registry"),
          Map.entry("BLOB_UPLOAD_INVALID", "blob upload invalid"),
          Map.entry("BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry"),
          Map.entry("DIGEST_INVALID", "provided digest did not match uploaded content"),
          Map.entry(
              "MANIFEST_BLOB_UNKNOWN",
              "manifest references a manifest or blob unknown to registry"),
          Map.entry("MANIFEST_INVALID", "manifest invalid"),
          Map.entry("MANIFEST_UNKNOWN", "manifest unknown to registry"),
          Map.entry("NAME_INVALID", "invalid repository name"),
          Map.entry("NAME_UNKNOWN", "repository name not known to registry"),
          Map.entry("SIZE_INVALID", "provided length did not match content length"),
          Map.entry("UNAUTHORIZED", "authentication required"),
          Map.entry("DENIED", "requested access to the resource is denied"),
          Map.entry("UNSUPPORTED", "the operation is unsupported"),
          Map.entry("TOOMANYREQUESTS", "too many requests"));

  @Test
  void everyCodeOfTheSpecificationIsHereWithItsMeaning() {
    SPECIFICATION.forEach(
        (code, description) ->
            assertThat(ErrorCode.valueOf(code).description()).isEqualTo(description));
  }

  @Test
  void whatTheSpecificationLacksAreTheCommonWordsOfRegistriesAlone() {
    assertThat(ErrorCode.values())
        .extracting(ErrorCode::name)
        .filteredOn(name -> !SPECIFICATION.containsKey(name))
        .containsExactly("UNKNOWN", "UNAVAILABLE", "PAGINATION_NUMBER_INVALID", "RANGE_INVALID");
  }
}
