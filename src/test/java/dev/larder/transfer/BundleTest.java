package dev.larder.transfer;

import static dev.larder.transfer.TestStore.ALL;
import static dev.larder.transfer.TestStore.hosted;
import static dev.larder.transfer.TestStore.mirrored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.larder.oci.Digest;
import dev.larder.oci.ImageReference;
import dev.larder.oci.MediaType;
import dev.larder.testing.TestFolders;
import dev.larder.testing.TestImages;
import dev.larder.testing.TestImages.Image;
import dev.larder.transfer.ImportReport.Notice;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles: written, gone on with, and imported. */
class BundleTest {
  private static final Image ONE = TestImages.image("one", 1000, 300_000);
  private static final Image TWO = TestImages.image("two", 2000);
  private static final String ALPINE = "docker.io/library/alpine:3";
  private static final String LOCAL = "localhost:5001/app:1";

  @TempDir Path temporary;
  private TestStore here;
  private final Map<Digest, byte[]> contents = new HashMap<>();

  /** What was asked for, as digest and offset. */
  private final List<String> asked = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    here = new TestStore(temporary.resolve("here"));
    for (Image image : List.of(ONE, TWO)) {
      add(image.manifest());
      add(image.config());
      image.layers().forEach(this::add);
    }
  }

  @AfterEach
  void close() throws IOException {
    here.close();
  }

  private void add(byte[] content) {
    contents.put(Digest.sha256(content), content);
  }

  private static Bundle.Image named(String name, MediaType type, byte[] manifest) {
    return new Bundle.Image(
        ImageReference.parse(name).orElseThrow(), type, Digest.sha256(manifest), manifest.length);
  }

  private Map<Digest, Long> sizes() {
    return contents.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> (long) entry.getValue().length));
  }

  private Bundle bundle() {
    return Bundle.of(
        List.of(
            named(LOCAL, TWO.mediaType(), TWO.manifest()),
            named(ALPINE, ONE.mediaType(), ONE.manifest())),
        sizes());
  }

  private InputStream content(Digest digest, long offset) {
    asked.add(digest + " " + offset);
    byte[] bytes = contents.getOrDefault(digest, new byte[0]);
    return new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
  }

  private BundleWriter writer(Bundle bundle) {
    return new BundleWriter(bundle, this::content, (_, _, _) -> {});
  }

  private Path write(String name, Bundle bundle) throws IOException {
    Path file = temporary.resolve(name);
    writer(bundle).write(file);
    return file;
  }

  @Test
  void theSameImagesGiveTheSameBytesHoweverTheyAreAskedForAndWritten() throws Exception {
    Path file = write("a.tar", bundle());
    Bundle otherOrder =
        Bundle.of(
            List.of(
                named(ALPINE, ONE.mediaType(), ONE.manifest()),
                named(LOCAL, TWO.mediaType(), TWO.manifest())),
            sizes());
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    writer(otherOrder).write(stream);

    assertThat(stream.toByteArray()).isEqualTo(Files.readAllBytes(file));
    assertThat(bundle().size()).isEqualTo(stream.size());
    assertThat(temporary.resolve("a.tar.partial")).doesNotExist();
  }

  @Test
  void itsImagesComeWhereTheirNamesSay() throws Exception {
    ImportReport report = here.run(write("a.tar", bundle()), ALL);

    assertThat(report.failures()).isEmpty();
    assertThat(report.kind()).isEqualTo("a bundle of larder export");
    assertThat(here.tag(mirrored("docker.io", "library/alpine"), "3")).hasValue(ONE.digest());
    assertThat(here.blob(mirrored("docker.io", "library/alpine"), ONE.layer(1)))
        .isEqualTo(ONE.layers().get(1));
    assertThat(here.tag(hosted("app"), "1")).hasValue(TWO.digest());
    assertThat(here.store.catalog().exists(hosted("alpine"))).isFalse();
  }

  @Test
  void aPathThroughLarderToAnUpstreamsImageMeansThatImage() throws Exception {
    String name = "localhost:5001/quay.io/org/app:1";
    Bundle bundle = Bundle.of(List.of(named(name, ONE.mediaType(), ONE.manifest())), sizes());

    assertThat(here.run(write("a.tar", bundle), ALL).failures()).isEmpty();

    assertThat(here.tag(mirrored("quay.io", "org/app"), "1")).hasValue(ONE.digest());
  }

  @Test
  void oneRepositoryOfTwoRegistriesIsTwo() throws Exception {
    Bundle bundle =
        Bundle.of(
            List.of(
                named("docker.io/org/app:1", ONE.mediaType(), ONE.manifest()),
                named("quay.io/org/app:1", TWO.mediaType(), TWO.manifest())),
            sizes());

    here.run(write("a.tar", bundle), ALL);

    assertThat(here.tag(mirrored("docker.io", "org/app"), "1")).hasValue(ONE.digest());
    assertThat(here.tag(mirrored("quay.io", "org/app"), "1")).hasValue(TWO.digest());
  }

  @Test
  void anImageThatWasNamedByItsDigestGetsNoTag() throws Exception {
    String name = "quay.io/org/app@" + ONE.digest();
    Bundle bundle = Bundle.of(List.of(named(name, ONE.mediaType(), ONE.manifest())), sizes());

    here.run(write("a.tar", bundle), ALL);

    assertThat(here.tags(mirrored("quay.io", "org/app"))).isEmpty();
    assertThat(here.manifest(mirrored("quay.io", "org/app"), ONE.digest()))
        .isEqualTo(ONE.manifest());
  }

  @Test
  void anIndexOfWhichOnePlatformIsThereIsTaken() throws Exception {
    byte[] index = TestImages.index(ONE, TWO);
    add(index);
    TWO.layers().forEach(layer -> contents.remove(Digest.sha256(layer)));
    contents.remove(TWO.digest());
    Bundle bundle =
        Bundle.of(List.of(named("quay.io/org/app:1", MediaType.OCI_INDEX, index)), sizes());

    ImportReport report = here.run(write("a.tar", bundle), ALL);

    assertThat(report.failures()).isEmpty();
    assertThat(report.incomplete()).isEmpty();
    assertThat(here.tag(mirrored("quay.io", "org/app"), "1")).hasValue(Digest.sha256(index));
  }

  @Test
  void anImageWithoutALayerIsNamedAndNotTaken() throws Exception {
    contents.remove(ONE.layer(0));

    ImportReport report = here.run(write("a.tar", bundle()), ALL);

    assertThat(report.failures()).extracting(Notice::image).containsExactly(ALPINE);
    assertThat(here.tags(mirrored("docker.io", "library/alpine"))).isEmpty();
    assertThat(here.tag(hosted("app"), "1")).hasValue(TWO.digest());
  }

  @Test
  void anotherToolsLayoutIsTakenByItsNamesIfSoWanted() throws Exception {
    Path archive =
        TestFolders.tar(
            temporary.resolve("other.tar"),
            TestFolders.layout(
                List.of(
                    new TestFolders.Entry(
                        ONE.mediaType(),
                        ONE.manifest(),
                        Map.of("io.containerd.image.name", ALPINE))),
                List.of(ONE)),
            Map.of());

    here.runAsNamed(archive);

    assertThat(here.tag(mirrored("docker.io", "library/alpine"), "3")).hasValue(ONE.digest());
  }

  @Test
  void anExportThatWasCutGoesOnWhereItStopped() throws Exception {
    byte[] whole = Files.readAllBytes(write("whole.tar", bundle()));
    for (int cut : new int[] {0, 100, 512, 5000, whole.length / 2, whole.length - 1}) {
      asked.clear();
      Files.write(temporary.resolve("a.tar.partial"), Arrays.copyOf(whole, cut));

      assertThat(write("a.tar", bundle())).hasBinaryContent(whole);

      long again =
          asked.stream()
              .mapToLong(one -> sizes().getOrDefault(digest(one), 0L) - offset(one))
              .sum();
      assertThat(again).as("asked for after %d bytes", cut).isLessThanOrEqualTo(whole.length - cut);
    }
  }

  private static Digest digest(String asked) {
    return Digest.parse(asked.split(" ", -1)[0]).orElseThrow();
  }

  private static long offset(String asked) {
    return Long.parseLong(asked.split(" ", -1)[1]);
  }

  @Test
  void whatIsWrongInAPartialFileIsWrittenAnew() throws Exception {
    byte[] whole = Files.readAllBytes(write("whole.tar", bundle()));
    byte[] zeros = new byte[whole.length + 5000];
    Files.write(temporary.resolve("a.tar.partial"), zeros);
    assertThat(write("a.tar", bundle())).hasBinaryContent(whole);

    byte[] flipped = Arrays.copyOf(whole, whole.length - 10_000);
    for (int i = 0; i < flipped.length; i += 10_000) {
      flipped[i] ^= 1;
    }
    Files.write(temporary.resolve("a.tar.partial"), flipped);
    assertThat(write("a.tar", bundle())).hasBinaryContent(whole);
  }

  @Test
  void bytesThatAreNotTheDigestsAreNeverCalledABundle() {
    byte[] wrong = ONE.layers().get(1).clone();
    wrong[7] ^= 1;
    contents.put(ONE.layer(1), wrong);

    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> write("a.tar", bundle()))
        .withMessageContaining(ONE.layer(1).toString());

    assertThat(temporary.resolve("a.tar")).doesNotExist();
  }

  @Test
  void aBlobThatIsShorterOrLongerThanItsManifestSaysIsAnError() {
    Bundle bundle = bundle();
    contents.put(ONE.layer(1), new byte[10]);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> write("a.tar", bundle))
        .withMessageContaining("fewer bytes");
    contents.put(ONE.layer(1), new byte[1_000_000]);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> write("b.tar", bundle))
        .withMessageContaining("more bytes");
  }
}
