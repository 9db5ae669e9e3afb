package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.IncomingBlob;
import dev.larder.store.RepositoryKey;
import dev.larder.store.StoredManifest;
import dev.larder.testing.TestImages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes as a command gets them: piece by piece. */
class ContentOperationTest {
  private static final RepositoryKey REPOSITORY =
      RepositoryKey.mirrored(new RegistryName("quay.io"), new RepositoryName("app"));
  private static final byte[] BYTES = TestImages.bytes(1, 2_500_000);
  private static final Digest DIGEST = Digest.sha256(BYTES);

  @TempDir Path temporary;
  private DataFolder folder;
  private Target target;

  @BeforeEach
  void open() throws Exception {
    folder = DataFolder.open(temporary, InstantSource.system());
    target =
        new Target.Here(folder, Map.of(Operations.CONTENT, new ContentOperation(folder.store())));
    try (IncomingBlob blob = folder.store().create()) {
      blob.append(ByteBuffer.wrap(BYTES));
      folder.store().commit(REPOSITORY, blob, DIGEST);
    }
  }

  @AfterEach
  void close() throws IOException {
    target.close();
  }

  private InputStream content(Digest digest, boolean manifest, long offset) {
    return new TargetContent(target, ContentOperation.where(REPOSITORY, digest, manifest), offset);
  }

  @Test
  void aBlobIsReadFromAnyOffset() throws Exception {
    assertThat(content(DIGEST, false, 0).readAllBytes()).isEqualTo(BYTES);
    assertThat(content(DIGEST, false, 1_234_567).readAllBytes())
        .isEqualTo(Arrays.copyOfRange(BYTES, 1_234_567, BYTES.length));
    assertThat(content(DIGEST, false, BYTES.length).readAllBytes()).isEmpty();
    assertThat(content(DIGEST, false, 0).read()).isEqualTo(BYTES[0] & 0xff);
  }

  @Test
  void aManifestIsReadAsWell() throws Exception {
    TestImages.Image image = TestImages.image("app");
    folder
        .store()
        .putManifest(
            REPOSITORY,
            new StoredManifest(image.digest(), MediaType.OCI_MANIFEST, image.manifest()),
            Optional.empty(),
            Optional.empty());
    assertThat(content(image.digest(), true, 0).readAllBytes()).isEqualTo(image.manifest());
  }

  @Test
  void whatIsNotHereAnyMoreIsNamed() throws Exception {
    folder.store().deleteBlob(REPOSITORY, DIGEST);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> content(DIGEST, false, 0).readAllBytes())
        .withMessageContaining(DIGEST + " of quay.io/app isn't here any more");
  }
}
