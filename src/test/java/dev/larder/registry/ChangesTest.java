package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangesTest {
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  /** Which of GET, POST, PUT, PATCH and DELETE are refused, and what is allowed instead. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # pushes, deletes, path, refused methods, allowed ones
          true,  true,  manifests/1,      '',               ''
          true,  false, manifests/1,      DELETE,           'GET, HEAD, PUT'
          true,  false, blobs/DIGEST,     DELETE,           'GET, HEAD'
          true,  false, blobs/uploads/id, '',               ''
          false, false, manifests/1,      PUT DELETE,       'GET, HEAD'
          false, true,  manifests/1,      PUT,              'GET, HEAD, DELETE'
          false, false, blobs/uploads/,   POST,             ''
          false, true,  blobs/uploads/id, GET PATCH PUT DELETE, ''
          false, false, tags/list,        '',               ''
          """)
  void whatIsTurnedOffIsRefused(
      boolean pushes, boolean deletes, String path, String refused, String allowed) {
    Changes changes = new Changes(pushes, deletes);
    Endpoint endpoint = RegistryPath.parse("/v2/app/" + path.replace("DIGEST", DIGEST)).endpoint();
    List<String> no = List.of(refused.split(" "));
    for (String method : endpoint.methods()) {
      if (no.contains(method)) {
        assertThatExceptionOfType(RegistryException.class)
            .as(method)
            .isThrownBy(() -> changes.check(endpoint, method))
            .satisfies(
                e -> {
                  assertThat(e.response().status()).isEqualTo(405);
                  assertThat(e.response().headers().first("Allow")).contains(allowed);
                });
      } else {
        changes.check(endpoint, method);
      }
    }
  }
}
