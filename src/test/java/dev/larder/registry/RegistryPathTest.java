package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RegistryPathTest {
  private static final String HEX = "ab".repeat(32);
  private static final Digest DIGEST = new Digest(Digest.Algorithm.SHA256, HEX);
  private static final Digest LONG = new Digest(Digest.Algorithm.SHA512, "cd".repeat(64));

  static Stream<Arguments> endpoints() {
    return Stream.of(
        Arguments.of("/v2", "", new Endpoint.Base()),
        Arguments.of("/v2/", "", new Endpoint.Base()),
        Arguments.of("/v2/_catalog", "", new Endpoint.Repositories()),
        Arguments.of("/v2/a/tags/list", "a", new Endpoint.Tags()),
        Arguments.of("/v2/a/b/manifests/v1", "a/b", new Endpoint.Manifest(new Tag("v1"))),
        Arguments.of("/v2/a/manifests/" + DIGEST, "a", new Endpoint.Manifest(DIGEST)),
        Arguments.of("/v2/a/manifests/" + LONG, "a", new Endpoint.Manifest(LONG)),
        Arguments.of("/v2/a/manifests/sha256%3A" + HEX, "a", new Endpoint.Manifest(DIGEST)),
        Arguments.of("/v2/a/manifests/sha256%3a" + HEX, "a", new Endpoint.Manifest(DIGEST)),
        Arguments.of("/v2/a/blobs/" + DIGEST, "a", new Endpoint.Blob(DIGEST)),
        Arguments.of("/v2/a/blobs/uploads/", "a", new Endpoint.Uploads()),
        Arguments.of("/v2/a/blobs/uploads/1-2", "a", new Endpoint.Upload("1-2")),
        Arguments.of("/v2/a/referrers/" + DIGEST, "a", new Endpoint.Referrers(DIGEST)),
        Arguments.of(
            "/v2/manifests/manifests/tags", "manifests", new Endpoint.Manifest(new Tag("tags"))));
  }

  @ParameterizedTest
  @MethodSource("endpoints")
  void aPathIsReadOnce(String path, String name, Endpoint endpoint) {
    assertThat(RegistryPath.parse(path))
        .isEqualTo(new RegistryPath(Optional.empty(), name, endpoint));
  }

  @Test
  void aRegistryMayStandBeforeTheVersion() {
    assertThat(RegistryPath.parse("/quay.io/v2/"))
        .isEqualTo(new RegistryPath(Optional.of("quay.io"), "", new Endpoint.Base()));
    assertThat(RegistryPath.parse("/quay.io/v2/a/tags/list").repository())
        .isEqualTo("/quay.io/v2/a");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          /,                           404, UNSUPPORTED
          '',                          404, UNSUPPORTED
          *,                           404, UNSUPPORTED
          /v1/_ping,                   404, UNSUPPORTED
          /v2/a,                       404, UNSUPPORTED
          /v2/a/,                      404, UNSUPPORTED
          /v2/a/tags,                  404, UNSUPPORTED
          /v2/a/tags/list/,            404, UNSUPPORTED
          /v2/a/manifests/,            404, MANIFEST_UNKNOWN
          /v2/a/manifests/latest/,     404, UNSUPPORTED
          /v2/tags/list,               404, UNSUPPORTED
          /v2/manifests/latest,        404, UNSUPPORTED
          /app/v2/a/tags/list,         404, UNSUPPORTED
          //v2/a/tags/list,            404, UNSUPPORTED
          /a.io/b.io/v2/a/tags/list,   404, UNSUPPORTED
          /v2/a/manifests/.latest,     404, MANIFEST_UNKNOWN
          /v2/a/manifests/sha256:abc,  400, DIGEST_INVALID
          /v2/a/manifests/md5:abc,     400, DIGEST_INVALID
          /v2/a/blobs/latest,          400, DIGEST_INVALID
          /v2/a/blobs/uploads,         400, DIGEST_INVALID
          /v2/a/referrers/sha256:xyz,  400, DIGEST_INVALID
          /v2/a%2fb/tags/list,         400, NAME_INVALID
          /v2/%61/tags/list,           400, NAME_INVALID
          /v2/a/tags/lis%74,           400, NAME_INVALID
          /v2/a%00/tags/list,          400, NAME_INVALID
          /v2/%2e%2e/tags/list,        400, NAME_INVALID
          /v2/a%/tags/list,            400, NAME_INVALID
          """)
  void whatIsNoPathOfTheApiIsRefused(String path, int status, String code) throws Exception {
    RegistryException refused =
        catchThrowableOfType(RegistryException.class, () -> RegistryPath.parse(path));

    assertThat(TestRegistry.received("GET", refused.response()).status()).isEqualTo(status);
    assertThat(TestRegistry.received("GET", refused.response()).code()).isEqualTo(code);
  }
}
