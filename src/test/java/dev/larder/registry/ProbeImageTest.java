package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.oci.Digest;
import dev.larder.registry.TestRegistry.Answer;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeImageTest {
  private static final String PROBE = "/v2/probe/%s?ns=larder.invalid";

  private TestRegistry registry;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    registry = new TestRegistry(folder);
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
  }

  @Test
  void itIsWholeUnderAnyTag() throws IOException {
    Answer head = registry.head(PROBE.formatted("manifests/never-seen-before"));
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Type")).isEqualTo("application/vnd.oci.image.index.v1+json");

    JsonNode index = checked(head.header("Docker-Content-Digest"), "manifests/").json();
    assertThat(index.path("manifests")).isNotEmpty();
    for (JsonNode platform : index.path("manifests")) {
      JsonNode manifest = checked(platform.path("digest").asText(), "manifests/").json();
      JsonNode configuration =
          checked(manifest.path("config").path("digest").asText(), "blobs/").json();
      assertThat(configuration.path("architecture"))
          .isEqualTo(platform.path("platform").path("architecture"));
      assertThat(configuration.path("rootfs").path("diff_ids"))
          .hasSameSizeAs(manifest.path("layers"));
      for (JsonNode layer : manifest.path("layers")) {
        assertThat(checked(layer.path("digest").asText(), "blobs/").body())
            .hasSize(layer.path("size").asInt());
      }
    }
  }

  @Test
  void itCannotBePushedOrAskedForByAnotherName() throws IOException {
    String tagged = PROBE.formatted("manifests/1");
    assertThat(registry.send("PUT", tagged, new byte[0]).status()).isGreaterThanOrEqualTo(400);
    assertThat(registry.get("/v2/probe/manifests/1").status()).isEqualTo(404);
    assertThat(registry.get(PROBE.formatted("blobs/" + Digest.sha256(new byte[] {1}))).status())
        .isEqualTo(404);
  }

  private Answer checked(String digest, String endpoint) throws IOException {
    Answer answer = registry.get(PROBE.formatted(endpoint + digest));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(Digest.sha256(answer.body())).hasToString(digest);
    return answer;
  }
}
