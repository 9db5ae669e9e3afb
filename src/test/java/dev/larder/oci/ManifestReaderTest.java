package dev.larder.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestReaderTest {
  private static final String A = "sha256:" + "a".repeat(64);
  private static final String B = "sha256:" + "b".repeat(64);

  @Test
  void anImageNamesItsConfigAndLayers() throws Exception {
    Manifest manifest =
        read(
            MediaType.OCI_MANIFEST,
            """
            {"schemaVersion": 2,
             "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "%s", "size": 3},
             "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+zstd", "digest": "%s", "size": 0}],
             "annotations": {"a": "b"}}
            """
                .formatted(A, B));

    assertThat(manifest)
        .isInstanceOfSatisfying(
            Manifest.Image.class,
            image -> {
              assertThat(image.config().digest()).hasToString(A);
              assertThat(image.config().size()).isEqualTo(3);
              assertThat(image.layers())
                  .extracting(layer -> layer.digest().toString())
                  .containsExactly(B);
              assertThat(image.annotations()).containsEntry("a", "b");
              assertThat(image.artifactType()).contains("application/vnd.oci.image.config.v1+json");
              assertThat(image.subject()).isEmpty();
            });
  }

  @Test
  void anIndexNamesItsManifestsAndItsSubject() throws Exception {
    Manifest manifest =
        read(
            MediaType.OCI_INDEX,
            """
            {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
             "artifactType": "application/x",
             "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "%s", "size": 1,
                            "platform": {"os": "linux", "architecture": "arm64"}}],
             "subject": {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": "%s", "size": 2}}
            """
                .formatted(A, B));

    assertThat(manifest)
        .isInstanceOfSatisfying(
            Manifest.Index.class,
            index -> {
              assertThat(index.manifests())
                  .extracting(m -> m.digest().toString())
                  .containsExactly(A);
              assertThat(index.subject()).map(s -> s.digest().toString()).contains(B);
              assertThat(index.artifactType()).contains("application/x");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "|it is not a JSON object",
        "[]|it is not a JSON object",
        "{} {}|it is not JSON",
        "{}|schemaVersion is not 2",
        "{\"schemaVersion\":1}|schemaVersion is not 2",
        "{\"schemaVersion\":2}|config has no mediaType",
        "{\"schemaVersion\":2,\"mediaType\":\"text/plain\"}|says that it is text/plain",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a/b\"}}|config has no valid digest",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a/b\",\"digest\":\"DIGEST\"}}|config has"
            + " no valid size",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a/b\",\"digest\":\"DIGEST\",\"size\":-1}}|config"
            + " has no valid size",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a/b\",\"digest\":\"DIGEST\",\"size\":1.5}}|config"
            + " has no valid size",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a/b\",\"digest\":\"DIGEST\",\"size\":1}}|layers"
            + " is not a list",
      })
  void whatIsWrongIsSaid(String content, String message) {
    String text = content == null ? "" : content.replace("DIGEST", A);
    assertThatThrownBy(() -> read(MediaType.OCI_MANIFEST, text))
        .isInstanceOf(InvalidManifestException.class)
        .hasMessageContaining(message);
  }

  @Test
  void anUnknownTypeIsNoManifest() {
    assertThatThrownBy(() -> read(new MediaType("text/html"), "{\"schemaVersion\":2}"))
        .hasMessageContaining("text/html");
  }

  private static Manifest read(MediaType type, String content) throws InvalidManifestException {
    return ManifestReader.read(type, content.getBytes(UTF_8));
  }
}
