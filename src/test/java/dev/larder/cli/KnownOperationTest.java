package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.RepositoryKey;
import dev.larder.store.StoredManifest;
import dev.larder.store.sql.SqliteCatalog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KnownOperationTest {
  private static final RepositoryName APP = new RepositoryName("app");

  @TempDir Path folder;
  private SqliteCatalog catalog;

  @BeforeEach
  void open() throws IOException {
    catalog = new SqliteCatalog(folder.resolve("catalog.db"), InstantSource.system());
  }

  @AfterEach
  void close() throws IOException {
    catalog.close();
  }

  @Test
  void namesWhatIsStoredWhereverThatIsAndNothingElse() throws Exception {
    Digest pushed = put(RepositoryKey.hosted(APP), "pushed");
    Digest mirrored = put(RepositoryKey.mirrored(new RegistryName("quay.io"), APP), "mirrored");
    Digest neither = Digest.sha256(new byte[0]);

    JsonNode result = run(KnownOperation.arguments(List.of(neither, mirrored, pushed)));

    assertThat(result.path("known"))
        .extracting(JsonNode::asText)
        .containsExactly(mirrored.toString(), pushed.toString());
  }

  @Test
  void saysWhatIsNoDigest() {
    assertThatThrownBy(() -> run(new JsonMapper().readTree("{\"manifests\":[\"latest\"]}")))
        .isInstanceOf(OperationException.class)
        .hasMessageContaining("latest");
  }

  private JsonNode run(JsonNode arguments) throws OperationException {
    return new KnownOperation(catalog).run(arguments, Progress.UNSEEN);
  }

  private Digest put(RepositoryKey repository, String text) {
    byte[] content = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    StoredManifest manifest =
        new StoredManifest(Digest.sha256(content), MediaType.OCI_MANIFEST, content);
    catalog.putManifest(repository, manifest, Optional.empty(), Optional.empty());
    return manifest.digest();
  }
}
