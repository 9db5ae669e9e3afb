package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.control.Step;
import dev.larder.oci.Digest;
import dev.larder.oci.ImageReference;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.Platform;
import dev.larder.oci.Platforms;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.IncomingBlob;
import dev.larder.store.RepositoryKey;
import dev.larder.store.StoredManifest;
import dev.larder.testing.TestImages;
import dev.larder.testing.TestImages.Image;
import dev.larder.warm.Warmer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullOperationTest {
  private static final Image IMAGE = TestImages.image("app", 1000);
  private static final RepositoryKey APP = RepositoryKey.hosted(new RepositoryName("app"));

  @TempDir Path temporary;
  private DataFolder folder;
  private PullOperation operation;

  @BeforeEach
  void open() throws Exception {
    folder = DataFolder.open(temporary, InstantSource.system());
    operation =
        new PullOperation(
            new Warmer(folder.store(), Optional.empty(), RegistryName::isLoopback, false));
    for (byte[] blob : List.of(IMAGE.config(), IMAGE.layers().getFirst())) {
      try (IncomingBlob incoming = folder.store().create()) {
        incoming.append(ByteBuffer.wrap(blob));
        folder.store().commit(APP, incoming, Digest.sha256(blob));
      }
    }
    folder
        .store()
        .putManifest(
            APP,
            new StoredManifest(IMAGE.digest(), IMAGE.mediaType(), IMAGE.manifest()),
            Optional.of(ManifestReader.read(IMAGE.mediaType(), IMAGE.manifest())),
            Optional.of(new Tag("1")));
  }

  @AfterEach
  void close() throws IOException {
    folder.close();
  }

  private static ObjectNode arguments(boolean parts, String... names) {
    return PullOperation.arguments(
        List.of(names).stream().map(name -> ImageReference.parse(name).orElseThrow()).toList(),
        new Platforms(List.of(Platform.linux("amd64"))),
        parts);
  }

  @Test
  void whatCameOfEachImageIsToldInTheirOrderAndALineForEach() throws Exception {
    List<Step> steps = new ArrayList<>();

    JsonNode images =
        operation
            .run(arguments(false, "quay.io/none:1", "localhost:5000/app:1"), steps::add)
            .path("images");

    assertThat(images.path(0).path("name").asText()).isEqualTo("quay.io/none:1");
    assertThat(images.path(0).path("failure").asText()).contains("isn't here");
    assertThat(images.path(1).path("digest").asText()).isEqualTo(IMAGE.digest().toString());
    assertThat(images.path(1).path("fetched").asInt(-1)).isZero();
    assertThat(images.path(1).has("parts")).isFalse();
    assertThat(steps).extracting(Step::unit).containsOnly(Step.Unit.ITEMS);
    assertThat(steps)
        .extracting(Step::what)
        .anySatisfy(line -> assertThat(line).isEqualTo("here already: localhost:5000/app:1"))
        .anySatisfy(line -> assertThat(line).startsWith("failed: quay.io/none:1: "));
  }

  @Test
  void anImagesPartsAreToldWithTheirPlacesIfTheyAreWanted() throws Exception {
    JsonNode parts =
        operation
            .run(arguments(true, "localhost:5000/app:1"), Progress.UNSEEN)
            .path("images")
            .path(0)
            .path("parts");

    assertThat(parts.findValuesAsText("digest"))
        .containsExactlyInAnyOrder(
            IMAGE.digest().toString(),
            Digest.sha256(IMAGE.config()).toString(),
            IMAGE.layer(0).toString());
    assertThat(parts.path(0).path("manifest").asBoolean()).isTrue();
    assertThat(parts.findValuesAsText("repository")).containsOnly("app");
  }

  @Test
  void anImageIsPulledOnceHoweverOftenItIsNamed() throws Exception {
    JsonNode result =
        operation.run(
            arguments(false, "localhost:5000/app:1", "localhost:5000/app:1"), Progress.UNSEEN);
    assertThat(result.path("images")).hasSize(1);
  }

  @Test
  void namesThatAreNoneAreRefused() {
    ObjectNode arguments = arguments(false, "app");
    arguments.putArray("images").add("Not a name");
    assertThatExceptionOfType(OperationException.class)
        .isThrownBy(() -> operation.run(arguments, Progress.UNSEEN))
        .withMessageContaining("isn't the name of an image");
  }
}
