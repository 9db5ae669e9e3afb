package dev.larder.transfer;

import static dev.larder.transfer.TestStore.ALL;
import static dev.larder.transfer.TestStore.hosted;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.RepositoryKey;
import dev.larder.testing.TestFolders;
import dev.larder.testing.TestFolders.RegistryTwo;
import dev.larder.testing.TestImages;
import dev.larder.testing.TestImages.Image;
import dev.larder.transfer.ImportReport.Count;
import dev.larder.transfer.ImportReport.Notice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTwoFolderTest {
  private static final Image IMAGE = TestImages.image("one", 1000, 300_000);
  private static final Image OTHER = TestImages.image("two", 2000);

  @TempDir Path temporary;
  private RegistryTwo old;
  private TestStore here;

  @BeforeEach
  void open() throws IOException {
    old = new RegistryTwo(Files.createDirectory(temporary.resolve("old")));
    here = new TestStore(temporary.resolve("here"));
  }

  @AfterEach
  void close() throws IOException {
    here.close();
  }

  private void assertWhole(String repository, Image image) throws IOException {
    RepositoryKey key = hosted(repository);
    assertThat(here.manifest(key, image.digest())).isEqualTo(image.manifest());
    assertThat(here.blob(key, Digest.sha256(image.config()))).isEqualTo(image.config());
    for (byte[] layer : image.layers()) {
      assertThat(here.blob(key, Digest.sha256(layer))).isEqualTo(layer);
    }
  }

  @Test
  void everyRepositoryTagAndUntaggedManifestIsTakenOver() throws Exception {
    old.image("app", IMAGE, "1", "latest");
    old.image("team/deep/app", OTHER);

    ImportReport report = here.run(old.folder(), ALL);

    assertThat(report.failures()).isEmpty();
    assertThat(report.repositories()).isEqualTo(2);
    assertThat(report.manifests()).isEqualTo(2);
    assertThat(report.tags()).isEqualTo(2);
    assertWhole("app", IMAGE);
    assertWhole("team/deep/app", OTHER);
    assertThat(here.tag(hosted("app"), "latest")).hasValue(IMAGE.digest());
    assertThat(here.tags(hosted("app"))).containsExactly("1", "latest");
  }

  @Test
  void theFolderMayBeNamedAtAnyLevelAboveItsRepositories() throws Exception {
    old.image("app", IMAGE, "1");

    for (String below : List.of("", "docker", "docker/registry", "docker/registry/v2")) {
      assertThat(here.run(old.folder().resolve(below), ALL).repositories()).as(below).isOne();
    }
  }

  @Test
  void filesAreLinkedAndSurviveTheOldRegistry() throws Exception {
    old.image("app", IMAGE, "1");
    Path file = old.data(IMAGE.layer(1));

    ImportReport report = here.run(old.folder(), ALL);

    assertThat(report.linked().number()).isEqualTo(3);
    assertThat(report.copied()).isEqualTo(Count.NONE);
    assertThat(Files.getAttribute(file, "unix:nlink")).isEqualTo(2);
    Files.delete(file);
    assertWhole("app", IMAGE);
  }

  @Test
  void indexesAndReferrersAreTakenOver() throws Exception {
    byte[] index = TestImages.index(IMAGE, OTHER);
    Image signature = TestImages.referrer(IMAGE, "application/x-signature");
    old.image("app", IMAGE);
    old.image("app", OTHER);
    old.image("app", signature);
    old.manifest("app", index, "all");

    ImportReport report = here.run(old.folder(), ALL);

    assertThat(report.failures()).isEmpty();
    assertThat(here.tag(hosted("app"), "all")).hasValue(Digest.sha256(index));
    assertWhole("app", OTHER);
    assertThat(here.store.catalog().referrers(hosted("app"), IMAGE.digest()))
        .extracting(Descriptor::digest)
        .containsExactly(signature.digest());
  }

  @Test
  void theSecondTimeNothingIsReadAgain() throws Exception {
    old.image("app", IMAGE, "1");
    here.run(old.folder(), ALL);
    // Whoever read it again would find it corrupt.
    Files.delete(old.data(IMAGE.layer(0)));
    Files.writeString(old.data(IMAGE.layer(0)), "something else");

    ImportReport report = here.run(old.folder(), ALL);

    assertThat(report.failures()).isEmpty();
    assertThat(report.there().number()).isEqualTo(3);
    assertThat(report.manifestsThere()).isOne();
    assertThat(report.tagsThere()).isOne();
    assertThat(report.manifests() + report.tags() + report.linked().number()).isZero();
  }

  @Test
  void anImportThatWasCutShortGoesOn() throws Exception {
    old.image("app", IMAGE, "1");
    old.image("zoo", OTHER, "1");
    ImportProgress impatient =
        (what, _, _) -> {
          if (what.equals("importing zoo")) {
            throw new CancellationException();
          }
        };
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(() -> here.run(old.folder(), Optional.empty(), ALL, impatient));
    assertWhole("app", IMAGE);
    assertThat(here.tags(hosted("zoo"))).isEmpty();
    assertThat(temporary.resolve("here/incoming")).isEmptyDirectory();

    ImportReport report = here.run(old.folder(), ALL);

    assertThat(report.there().number()).isEqualTo(3);
    assertWhole("zoo", OTHER);
    assertThat(here.tag(hosted("zoo"), "1")).hasValue(OTHER.digest());
  }

  @Test
  void aBlobThatIsSharedIsReadOnce() throws Exception {
    old.image("app", IMAGE, "1");
    old.image("copy", IMAGE, "1");

    ImportReport report = here.run(old.folder(), ALL);

    assertThat(report.linked().number()).isEqualTo(3);
    assertThat(report.there().number()).isEqualTo(3);
    assertWhole("copy", IMAGE);
  }

  @Test
  void aCorruptBlobIsNamedAndStopsNothingElse() throws Exception {
    old.image("app", IMAGE, "1");
    old.image("zoo", OTHER, "1");
    Files.writeString(old.data(IMAGE.layer(1)), "wrong");

    ImportReport report = here.run(old.folder(), ALL);

    assertThat(report.failures())
        .containsExactly(
            new Notice(
                "app@" + IMAGE.layer(1),
                "the blob is corrupt: the content is %s, not %s"
                    .formatted(Digest.sha256("wrong".getBytes(UTF_8)), IMAGE.layer(1))),
            new Notice("app:1", "it lacks " + IMAGE.layer(1)));
    assertThat(here.tags(hosted("app"))).isEmpty();
    assertThat(here.store.catalog().isBlobLinked(IMAGE.layer(1))).isFalse();
    assertWhole("zoo", OTHER);
  }

  @Test
  void aCorruptManifestIsNamed() throws Exception {
    Digest digest = old.image("app", IMAGE, "1");
    Files.write(old.data(digest), OTHER.manifest());

    assertThat(here.run(old.folder(), ALL).failures())
        .containsExactly(
            new Notice(
                "app:1", "its manifest is corrupt: the content is %s".formatted(OTHER.digest())));
    assertThat(here.store.catalog().exists(hosted("app"))).isFalse();
  }

  @Test
  void whatTheOldRegistryDoesNotServeIsNotTakenOver() throws Exception {
    old.image("app", IMAGE, "1");
    old.image("secret", OTHER, "1");
    // Its bytes are there, for the other repository's sake.
    old.manifest("app", OTHER.manifest(), "2");
    old.unlink("app", IMAGE.layer(0));

    ImportReport report = here.run(old.folder(), ALL);

    assertThat(report.failures())
        .extracting(Notice::image)
        .containsExactlyInAnyOrder("app:1", "app:2");
    assertThat(here.store.catalog().hasBlob(hosted("app"), OTHER.layer(0))).isFalse();
    assertWhole("secret", OTHER);
  }

  @Test
  void anIndexThatLacksAManifestIsTakenOverWithTheRest() throws Exception {
    byte[] index = TestImages.index(IMAGE, OTHER);
    old.image("app", IMAGE);
    old.manifest("app", index, "all");

    ImportReport report = here.run(old.folder(), ALL);

    assertThat(report.failures()).isEmpty();
    assertThat(report.incomplete())
        .containsExactly(new Notice("app:all", "it lacks " + OTHER.digest()));
    assertThat(here.manifest(hosted("app"), Digest.sha256(index))).isEqualTo(index);
    assertWhole("app", IMAGE);
  }

  @Test
  void aTagThatPointsToNothingIsNamed() throws Exception {
    Digest digest = old.image("app", IMAGE, "1");
    Files.delete(old.data(digest));

    assertThat(here.run(old.folder(), ALL).failures())
        .containsExactly(new Notice("app:1", "its manifest is missing"));
  }

  @Test
  void aTagThatPointsElsewhereHereIsLeftUnlessItIsToBeMoved() throws Exception {
    old.image("app", IMAGE, "1");
    here.run(old.folder(), ALL);
    old.image("app", OTHER, "1");

    ImportReport kept = here.run(old.folder(), ALL);

    assertThat(kept.kept()).extracting(Notice::image).containsExactly("app:1");
    assertThat(here.tag(hosted("app"), "1")).hasValue(IMAGE.digest());

    here.run(old.folder(), new ImportRequest(Map.of(), Optional.empty(), true, false));

    assertThat(here.tag(hosted("app"), "1")).hasValue(OTHER.digest());
  }

  @Test
  void repositoriesCanBeChosenAndRenamed() throws Exception {
    old.image("app", IMAGE, "1");
    old.image("zoo", OTHER, "1");
    ImportRequest one =
        new ImportRequest(
            Map.of(new RepositoryName("zoo"), new RepositoryName("animals/zoo")),
            Optional.empty(),
            false,
            false);

    here.run(old.folder(), one);

    assertWhole("animals/zoo", OTHER);
    assertThat(here.store.catalog().exists(hosted("app"))).isFalse();
    assertThat(here.store.catalog().exists(hosted("zoo"))).isFalse();
  }

  @Test
  void anUnknownRepositoryIsAnError() throws Exception {
    old.image("app", IMAGE, "1");
    RepositoryName unknown = new RepositoryName("ap");
    ImportRequest request =
        new ImportRequest(Map.of(unknown, unknown), Optional.empty(), false, false);

    assertThatExceptionOfType(InvalidSourceException.class)
        .isThrownBy(() -> here.run(old.folder(), request))
        .withMessage("there is no repository ap in it; it has app");
  }

  @Test
  void aNameThatMeansAMirrorHereIsNamed() throws Exception {
    old.image("quay.io/org/app", IMAGE, "1");

    assertThat(here.run(old.folder(), ALL).failures())
        .extracting(Notice::text)
        .singleElement()
        .asString()
        .contains("--repository quay.io/org/app=NEWNAME");
  }

  @Test
  void aCacheIsTakenOverIntoTheMirrorWithWhatItHas() throws Exception {
    old.image("library/app", IMAGE, "1");
    old.unlink("library/app", IMAGE.layer(1));
    ImportRequest request =
        new ImportRequest(Map.of(), Optional.of(RegistryName.DOCKER_HUB), false, false);

    ImportReport report = here.run(old.folder(), request);

    RepositoryKey mirror =
        RepositoryKey.mirrored(RegistryName.DOCKER_HUB, new RepositoryName("app"));
    assertThat(report.failures()).isEmpty();
    assertThat(here.tag(mirror, "1")).hasValue(IMAGE.digest());
    assertThat(here.blob(mirror, IMAGE.layer(0))).isEqualTo(IMAGE.layers().get(0));
    assertThat(here.store.catalog().hasBlob(mirror, IMAGE.layer(1))).isFalse();
  }

  @Test
  void aDryRunChangesNothingAndTellsWhatItWouldRead() throws Exception {
    old.image("app", IMAGE, "1");

    ImportReport report =
        here.run(old.folder(), new ImportRequest(Map.of(), Optional.empty(), false, true));

    assertThat(report.toRead()).isEqualTo(new Count(3, 301_000 + IMAGE.config().length));
    assertThat(report.manifests()).isOne();
    assertThat(report.tags()).isOne();
    assertThat(here.store.catalog().exists(hosted("app"))).isFalse();
  }

  @Test
  void bytesOfAnotherRepositoryHereAreNotGivenToASourceThatOnlyNamesThem() throws Exception {
    old.image("secret", IMAGE, "1");
    here.run(old.folder(), ALL);
    RegistryTwo stranger = new RegistryTwo(Files.createDirectory(temporary.resolve("stranger")));
    stranger.image("app", IMAGE, "1");
    Files.writeString(stranger.data(IMAGE.layer(1)), "only a name");

    assertThat(here.run(stranger.folder(), ALL).failures()).isNotEmpty();
    assertThat(here.store.catalog().hasBlob(hosted("app"), IMAGE.layer(1))).isFalse();
  }

  @Test
  void aFolderOfSomethingElseIsAnError() throws Exception {
    assertThatExceptionOfType(InvalidSourceException.class)
        .isThrownBy(() -> here.run(old.folder(), ALL))
        .withMessageContaining("is not the folder of a registry:2, an OCI image layout");
    assertThatExceptionOfType(InvalidSourceException.class)
        .isThrownBy(() -> here.run(temporary.resolve("nowhere"), ALL))
        .withMessageContaining("there is no file or folder");
  }

  @Test
  void aStoreThatCannotBeWrittenEndsTheImport() throws Exception {
    Path archive = temporary.resolve("layout.tar");
    TestFolders.tar(
        archive,
        TestFolders.layout(
            List.of(
                new TestFolders.Entry(
                    IMAGE.mediaType(),
                    IMAGE.manifest(),
                    Map.of("org.opencontainers.image.ref.name", "app:1"))),
            List.of(IMAGE)),
        Map.of());
    here.blobs.limit(100_000);

    assertThatIOException()
        .isThrownBy(() -> here.run(archive, ALL))
        .withMessageContaining("No space left");
    assertThat(here.tags(hosted("app"))).isEmpty();
  }
}
