package dev.larder.transfer;

import static dev.larder.transfer.TestStore.ALL;
import static dev.larder.transfer.TestStore.hosted;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.larder.oci.Digest;
import dev.larder.oci.Manifest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.MediaType;
import dev.larder.testing.TestFolders;
import dev.larder.testing.TestFolders.Entry;
import dev.larder.testing.TestImages;
import dev.larder.testing.TestImages.Image;
import dev.larder.transfer.ImportReport.Notice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Image layouts, and what docker save writes. */
class ArchivesTest {
  private static final String REFERENCE = "org.opencontainers.image.ref.name";
  private static final String FULL_NAME = "io.containerd.image.name";
  private static final Image IMAGE = TestImages.image("one", 1000, 300_000);
  private static final Image OTHER = TestImages.image("two", 2000);

  @TempDir Path temporary;
  private TestStore here;

  @BeforeEach
  void open() throws IOException {
    here = new TestStore(temporary.resolve("here"));
  }

  @AfterEach
  void close() throws IOException {
    here.close();
  }

  private static Entry entry(Image image, Map<String, String> annotations) {
    return new Entry(image.mediaType(), image.manifest(), annotations);
  }

  private static Map<String, byte[]> layout(Map<String, String> annotations) {
    return TestFolders.layout(List.of(entry(IMAGE, annotations)), List.of(IMAGE));
  }

  private static Optional<ImageName> name(String text) {
    return Optional.of(ImageName.parse(text).orElseThrow());
  }

  private Path tar(Map<String, byte[]> files) throws IOException {
    return TestFolders.tar(temporary.resolve("archive.tar"), files, Map.of());
  }

  private void assertWhole(String repository, String tag) throws IOException {
    assertThat(here.tag(hosted(repository), tag)).hasValue(IMAGE.digest());
    assertThat(here.manifest(hosted(repository), IMAGE.digest())).isEqualTo(IMAGE.manifest());
    assertThat(here.blob(hosted(repository), IMAGE.layer(1))).isEqualTo(IMAGE.layers().get(1));
  }

  @Test
  void aLayoutInAFolderIsLinked() throws Exception {
    Path folder =
        TestFolders.folder(temporary.resolve("layout"), layout(Map.of(REFERENCE, "app:1")));

    ImportReport report = here.run(folder, ALL);

    assertWhole("app", "1");
    assertThat(report.linked().number()).isEqualTo(3);
    assertThat(report.copied().number()).isZero();
  }

  @Test
  void aLayoutInAnArchiveIsCopied() throws Exception {
    ImportReport report = here.run(tar(layout(Map.of(REFERENCE, "app:1"))), ALL);

    assertWhole("app", "1");
    assertThat(report.copied().number()).isEqualTo(3);
  }

  @Test
  void aCompressedArchiveIsUnpackedAndNothingOfThatStays() throws Exception {
    Path archive =
        TestFolders.tar(
            temporary.resolve("archive.tar.gz"), layout(Map.of(REFERENCE, "app:1")), Map.of());

    here.run(archive, ALL);

    assertWhole("app", "1");
    assertThat(temporary.resolve("here/incoming")).isEmptyDirectory();
  }

  @Test
  void dockersFullNameIsReadAsDockerWritesItShort() throws Exception {
    here.run(tar(layout(Map.of(FULL_NAME, "docker.io/library/app:1", REFERENCE, "1"))), ALL);

    assertWhole("app", "1");
  }

  @Test
  void aTagAloneNeedsTheNameOfARepository() throws Exception {
    Path archive = tar(layout(Map.of(REFERENCE, "1")));

    assertThatExceptionOfType(InvalidSourceException.class)
        .isThrownBy(() -> here.run(archive, ALL))
        .withMessageContaining("--name NAME:TAG");
    here.run(archive, name("org/app"), ALL);
    here.run(archive, name("org/app:2"), ALL);

    assertWhole("org/app", "1");
    assertWhole("org/app", "2");
  }

  @Test
  void referrersWithoutANameGoWithTheirImage() throws Exception {
    Image signature = TestImages.referrer(IMAGE, "application/x-signature");
    Path archive =
        tar(
            TestFolders.layout(
                List.of(entry(IMAGE, Map.of(REFERENCE, "1")), entry(signature, Map.of())),
                List.of(IMAGE, signature)));

    here.run(archive, name("app:2"), ALL);

    assertWhole("app", "2");
    assertThat(here.tags(hosted("app"))).containsExactly("2");
    assertThat(here.store.catalog().referrers(hosted("app"), IMAGE.digest())).hasSize(1);
  }

  @Test
  void severalImagesCannotHaveOneName() throws Exception {
    Path archive =
        tar(
            TestFolders.layout(
                List.of(entry(IMAGE, Map.of()), entry(OTHER, Map.of())), List.of(IMAGE, OTHER)));

    assertThatExceptionOfType(InvalidSourceException.class)
        .isThrownBy(() -> here.run(archive, name("app:1"), ALL))
        .withMessageContaining("several images without a name");
    assertThat(here.run(archive, name("app"), ALL).manifests()).isEqualTo(2);
  }

  @Test
  void anIndexOfWhichOnePlatformWasSavedCanBePulledForThatPlatform() throws Exception {
    byte[] index = TestImages.index(IMAGE, OTHER);
    Entry entry = new Entry(MediaType.OCI_INDEX, index, Map.of(FULL_NAME, "docker.io/org/app:1"));

    ImportReport report = here.run(tar(TestFolders.layout(List.of(entry), List.of(IMAGE))), ALL);

    assertThat(report.failures()).isEmpty();
    assertThat(report.incomplete()).extracting(Notice::image).containsExactly("org/app:1");
    assertThat(here.tag(hosted("org/app"), "1")).hasValue(Digest.sha256(index));
    assertThat(here.blob(hosted("org/app"), IMAGE.layer(0))).isEqualTo(IMAGE.layers().get(0));
  }

  @Test
  void aCorruptBlobInAnArchiveIsRefused() throws Exception {
    Map<String, byte[]> files = layout(Map.of(REFERENCE, "app:1"));
    files.put("blobs/sha256/" + IMAGE.layer(0).hex(), new byte[1000]);

    ImportReport report = here.run(tar(files), ALL);

    assertThat(report.failures())
        .extracting(Notice::image)
        .containsExactly("app@" + IMAGE.layer(0), "app:1");
    assertThat(here.tags(hosted("app"))).isEmpty();
  }

  @Test
  void dockersOldArchiveGetsAManifestOfWhatItHas() throws Exception {
    List<byte[]> layers = List.of(TestImages.bytes(1, 2000), TestImages.bytes(2, 70_000));
    byte[] config = TestFolders.config(layers);

    ImportReport report =
        here.run(
            tar(TestFolders.dockerArchive("[\"app:1\",\"localhost:5000/app:2\"]", config, layers)),
            ALL);

    assertThat(report.failures()).isEmpty();
    assertThat(here.tags(hosted("app"))).containsExactly("1", "2");
    Digest digest = here.tag(hosted("app"), "1").orElseThrow();
    Manifest.Image manifest =
        (Manifest.Image)
            ManifestReader.read(MediaType.DOCKER_MANIFEST, here.manifest(hosted("app"), digest));
    assertThat(manifest.config().digest()).isEqualTo(Digest.sha256(config));
    assertThat(manifest.config().size()).isEqualTo(config.length);
    assertThat(manifest.layers())
        .extracting(layer -> layer.digest().toString() + layer.size() + layer.mediaType())
        .containsExactly(
            Digest.sha256(layers.get(0)) + "2000application/vnd.docker.image.rootfs.diff.tar",
            Digest.sha256(layers.get(1)) + "70000application/vnd.docker.image.rootfs.diff.tar");
    assertThat(here.blob(hosted("app"), Digest.sha256(layers.get(1)))).isEqualTo(layers.get(1));
  }

  @Test
  void aLayerMayBeALinkToAnother() throws Exception {
    byte[] layer = TestImages.bytes(1, 2000);
    byte[] config = TestFolders.config(List.of(layer, layer));
    Map<String, byte[]> files =
        TestFolders.dockerArchive("[\"app:1\"]", config, List.of(layer, layer));
    files.remove("layer1/layer.tar");

    Path archive =
        TestFolders.tar(
            temporary.resolve("archive.tar"),
            files,
            Map.of("layer1/layer.tar", "../layer0/layer.tar"));

    assertThat(here.run(archive, ALL).failures()).isEmpty();
    assertThat(here.blob(hosted("app"), Digest.sha256(layer))).isEqualTo(layer);
  }

  @Test
  void aCompressedLayerKeepsItsBytesAndIsCalledCompressed() throws Exception {
    byte[] layer = TestImages.bytes(1, 2000);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(layer);
    }
    byte[] config = TestFolders.config(List.of(layer));

    here.run(
        tar(TestFolders.dockerArchive("null", config, List.of(packed.toByteArray()))),
        name("app:1"),
        ALL);

    Digest digest = here.tag(hosted("app"), "1").orElseThrow();
    assertThat(new String(here.manifest(hosted("app"), digest), UTF_8))
        .contains("application/vnd.docker.image.rootfs.diff.tar.gzip")
        .contains(Digest.sha256(packed.toByteArray()).toString());
  }

  @Test
  void aLayerInZstdMakesTheManifestOneOfTheOci() throws Exception {
    byte[] packed = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 1, 2, 3};
    byte[] config = TestFolders.config(List.of(TestImages.bytes(1, 2000)));

    here.run(tar(TestFolders.dockerArchive("[\"app:1\"]", config, List.of(packed))), ALL);

    Digest digest = here.tag(hosted("app"), "1").orElseThrow();
    assertThat(new String(here.manifest(hosted("app"), digest), UTF_8))
        .contains("application/vnd.oci.image.layer.v1.tar+zstd")
        .contains(MediaType.OCI_MANIFEST.value())
        .contains(Digest.sha256(packed).toString());
  }

  @Test
  void aLayerThatIsNotTheConfigurationsIsRefused() throws Exception {
    byte[] config = TestFolders.config(List.of(TestImages.bytes(1, 2000)));

    ImportReport report =
        here.run(
            tar(
                TestFolders.dockerArchive(
                    "[\"app:1\"]", config, List.of(TestImages.bytes(2, 2000)))),
            ALL);

    assertThat(report.failures()).extracting(Notice::image).contains("app:1");
    assertThat(here.tags(hosted("app"))).isEmpty();
  }

  @Test
  void aDamagedArchiveIsAnError() throws Exception {
    List<byte[]> layers = List.of(TestImages.bytes(1, 2000));
    byte[] config = TestFolders.config(layers);
    Map<String, byte[]> files = TestFolders.dockerArchive("[\"app:1\"]", config, layers);
    files.put(Digest.sha256(config).hex() + ".json", TestFolders.config(List.of(new byte[1])));
    assertThatExceptionOfType(InvalidSourceException.class)
        .isThrownBy(() -> here.run(tar(files), ALL))
        .withMessageContaining("is damaged: the content of");

    files.remove("layer0/layer.tar");
    files.put(Digest.sha256(config).hex() + ".json", config);
    assertThatExceptionOfType(InvalidSourceException.class)
        .isThrownBy(() -> here.run(tar(files), ALL))
        .withMessageContaining("it has no file \"layer0/layer.tar\"");

    Path file = Files.writeString(temporary.resolve("text"), "no archive".repeat(200));
    assertThatExceptionOfType(InvalidSourceException.class)
        .isThrownBy(() -> here.run(file, ALL))
        .withMessageContaining(file.toString());
  }

  @Test
  void aTruncatedArchiveIsAnError() throws Exception {
    Path archive = tar(layout(Map.of(REFERENCE, "app:1")));
    byte[] bytes = Files.readAllBytes(archive);
    Files.write(archive, Arrays.copyOf(bytes, bytes.length / 2));

    assertThatExceptionOfType(InvalidSourceException.class)
        .isThrownBy(() -> here.run(archive, ALL));
    assertThat(here.store.catalog().exists(hosted("app"))).isFalse();
  }
}
