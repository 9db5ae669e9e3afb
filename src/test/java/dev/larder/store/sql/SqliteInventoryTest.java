package dev.larder.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.Digest;
import dev.larder.oci.Manifest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.Inventory;
import dev.larder.store.Inventory.Selection;
import dev.larder.store.Inventory.Totals;
import dev.larder.store.RepositoryKey;
import dev.larder.store.StoredImage;
import dev.larder.store.StoredManifest;
import dev.larder.testing.TestImages;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteInventoryTest {
  private static final RegistryName QUAY = new RegistryName("quay.io");
  private static final RepositoryKey APP = hosted("team/app");
  private static final RepositoryKey MIRROR = mirrored("org/app");

  @TempDir Path folder;
  private SqliteCatalog catalog;
  private Inventory inventory;

  @BeforeEach
  void open() throws IOException {
    catalog = new SqliteCatalog(folder.resolve("catalog.db"), InstantSource.system());
    inventory = catalog.inventory();
  }

  @AfterEach
  void close() throws IOException {
    catalog.close();
  }

  private static RepositoryKey hosted(String name) {
    return RepositoryKey.hosted(new RepositoryName(name));
  }

  private static RepositoryKey mirrored(String name) {
    return RepositoryKey.mirrored(QUAY, new RepositoryName(name));
  }

  /** Adds an image with what it consists of; its blobs' bytes. */
  private long put(RepositoryKey repository, TestImages.Image image, String... tags)
      throws Exception {
    long bytes = image.config().length;
    catalog.linkBlob(repository, Digest.sha256(image.config()), image.config().length);
    for (byte[] layer : image.layers()) {
      catalog.linkBlob(repository, Digest.sha256(layer), layer.length);
      bytes += layer.length;
    }
    put(repository, image.mediaType(), image.manifest(), tags);
    return bytes;
  }

  private void put(RepositoryKey repository, MediaType type, byte[] content, String... tags)
      throws Exception {
    StoredManifest manifest = new StoredManifest(Digest.sha256(content), type, content);
    Optional<Manifest> parsed = Optional.of(ManifestReader.read(type, content));
    catalog.putManifest(repository, manifest, parsed, Optional.empty());
    for (String tag : tags) {
      catalog.putManifest(repository, manifest, parsed, Optional.of(new Tag(tag)));
    }
  }

  private List<String> names(Selection selection) {
    return inventory.images(selection, Optional.empty(), 100).stream()
        .map(SqliteInventoryTest::name)
        .toList();
  }

  private static String name(StoredImage image) {
    return image.key().repository()
        + image.key().tag().map(tag -> ":" + tag).orElseGet(() -> "@" + image.key().digest());
  }

  @Test
  void pushedImagesComeBeforeMirroredOnesAndThoseWithoutATagLast() throws Exception {
    TestImages.Image untagged = TestImages.image("untagged", 10);
    put(MIRROR, TestImages.image("two", 10), "2", "1");
    put(MIRROR, untagged);
    put(APP, TestImages.image("one", 10), "latest");

    assertThat(names(new Selection.All()))
        .containsExactly(
            "team/app:latest",
            "quay.io/org/app:1",
            "quay.io/org/app:2",
            "quay.io/org/app@" + untagged.digest());
  }

  @Test
  void anImageThatAnIndexListsOrThatIsAttachedToAnotherIsNoneOfItsOwn() throws Exception {
    TestImages.Image amd64 = TestImages.image("amd64", 100, 7);
    TestImages.Image arm64 = TestImages.image("arm64", 200, 7);
    TestImages.Image never = TestImages.image("never pulled", 400);
    long bytes = put(MIRROR, amd64) + put(MIRROR, arm64);
    put(MIRROR, MediaType.OCI_INDEX, TestImages.index(amd64, arm64, never), "1");
    put(MIRROR, TestImages.referrer(amd64, "application/vnd.example.sbom"));

    List<StoredImage> images = inventory.images(new Selection.All(), Optional.empty(), 100);

    assertThat(images).extracting(SqliteInventoryTest::name).containsExactly("quay.io/org/app:1");
    assertThat(images.getFirst().size()).isEqualTo(bytes);
    assertThat(images.getFirst().mediaType()).isEqualTo(MediaType.OCI_INDEX);
  }

  @Test
  void aLayerThatIsntHereOrStandsInAnImageTwiceIsntCountedForThat() throws Exception {
    TestImages.Image twice = TestImages.image("app", 100, 100);
    put(MIRROR, twice, "1");
    catalog.unlinkBlob(MIRROR, twice.layer(0));

    assertThat(inventory.images(new Selection.All(), Optional.empty(), 100))
        .extracting(StoredImage::size)
        .containsExactly(twice.config().length + 100L);
  }

  @Test
  void whatIsHereForAnotherRepositorysSakeCountsToo() throws Exception {
    TestImages.Image image = TestImages.image("app", 100);
    long bytes = put(APP, image, "1");
    put(MIRROR, MediaType.OCI_INDEX, TestImages.index(image), "1");

    assertThat(inventory.images(new Selection.All(), Optional.empty(), 100))
        .extracting(StoredImage::size)
        .containsExactly(bytes, bytes);
  }

  @Test
  void pagesOfWhateverLengthMakeUpTheWholeList() throws Exception {
    for (int i = 0; i < 4; i++) {
      put(hosted("a" + i), TestImages.image("image " + i, 10 + i), "1", "2", "3");
      put(mirrored("b" + i), TestImages.image("image " + i, 10 + i), "1");
      put(mirrored("b" + i), TestImages.image("untagged " + i, 10 + i));
      put(mirrored("b" + i), TestImages.image("another " + i, 10 + i));
    }
    List<String> whole = names(new Selection.All());
    assertThat(whole).hasSize(4 * 3 + 4 + 8).doesNotHaveDuplicates();
    for (int limit = 1; limit < 30; limit++) {
      List<String> paged = new ArrayList<>();
      Optional<StoredImage.Key> after = Optional.empty();
      List<StoredImage> page;
      do {
        page = inventory.images(new Selection.All(), after, limit);
        page.forEach(image -> paged.add(name(image)));
        after = page.isEmpty() ? after : Optional.of(page.getLast().key());
      } while (page.size() == limit);
      assertThat(paged).as("pages of %d", limit).isEqualTo(whole);
    }
  }

  @Test
  void imagesAreFoundByAPartOfTheirNameOrByItsForm() throws Exception {
    put(MIRROR, TestImages.image("one", 10), "1.0", "1x0");
    put(APP, TestImages.image("two", 10), "1.0");
    put(hosted("other_app"), TestImages.image("three", 10), "2");

    assertThat(names(new Selection.Named("app:1"))).hasSize(3);
    assertThat(names(new Selection.Named("quay.io/"))).hasSize(2);
    assertThat(names(new Selection.Named("*:1.0"))).hasSize(2);
    assertThat(names(new Selection.Named("team/*"))).containsExactly("team/app:1.0");
    assertThat(names(new Selection.Named("r_a"))).containsExactly("other_app:2");
    assertThat(names(new Selection.Named("100%"))).isEmpty();
  }

  @Test
  void theImagesOfARepositoryAreThoseOfItsOverlayToo() throws Exception {
    put(MIRROR, TestImages.image("upstream", 10), "1");
    put(MIRROR.overlay().orElseThrow(), TestImages.image("local", 10), "dev");
    put(mirrored("org/other"), TestImages.image("other", 10), "1");

    assertThat(names(new Selection.Of(MIRROR)))
        .containsExactly("quay.io/org/app:dev", "quay.io/org/app:1");
  }

  @Test
  void theStockTellsPushedFromOverlaidFromMirrored() throws Exception {
    TestImages.Image shared = TestImages.image("shared", 1000);
    long bytes = put(APP, shared, "1", "2");
    put(MIRROR.overlay().orElseThrow(), shared, "1");
    put(MIRROR, shared, "1");
    put(mirrored("org/other"), shared);

    Inventory.Stock stock = inventory.stock();

    assertThat(stock.hosted()).isEqualTo(new Totals(1, 1, 2));
    assertThat(stock.overlays()).isEqualTo(new Totals(1, 1, 1));
    assertThat(stock.mirrored()).isEqualTo(Map.of(QUAY, new Totals(2, 2, 1)));
    assertThat(stock.bytes()).isEqualTo(Map.of(Optional.empty(), bytes, Optional.of(QUAY), bytes));
    assertThat(stock.allBytes()).isEqualTo(bytes);
    assertThat(inventory.allBytes()).isEqualTo(bytes);
  }

  @Test
  void theBytesAreThoseOfWhatIsStillThere() throws Exception {
    RepositoryKey elsewhere =
        RepositoryKey.mirrored(new RegistryName("ghcr.io"), new RepositoryName("org/app"));
    Digest shared = Digest.sha256(new byte[] {1});
    Digest own = Digest.sha256(new byte[] {2});
    catalog.linkBlob(APP, shared, 10);
    catalog.linkBlob(MIRROR, shared, 10);
    catalog.linkBlob(mirrored("org/other"), shared, 10);
    catalog.linkBlob(elsewhere, shared, 10);
    catalog.linkBlob(elsewhere, own, 100);
    catalog.linkBlob(elsewhere, own, 100);
    assertThat(inventory.stock().bytes())
        .isEqualTo(
            Map.of(Optional.empty(), 10L, Optional.of(QUAY), 10L, elsewhere.upstream(), 110L));
    assertThat(inventory.allBytes()).isEqualTo(110);

    catalog.unlinkBlob(MIRROR, shared);
    catalog.unlinkBlob(APP, shared);
    assertThat(inventory.stock().bytes())
        .isEqualTo(Map.of(Optional.of(QUAY), 10L, elsewhere.upstream(), 110L));
    assertThat(catalog.mirroredBytes()).isEqualTo(110);

    catalog.unlinkBlob(shared);
    catalog.unlinkBlob(shared);
    assertThat(inventory.stock().bytes()).isEqualTo(Map.of(elsewhere.upstream(), 100L));
    assertThat(inventory.allBytes()).isEqualTo(100);
  }

  @Test
  void anEmptyStoreHasNothing() {
    assertThat(names(new Selection.All())).isEmpty();
    assertThat(inventory.stock().mirrored()).isEmpty();
    assertThat(inventory.stock().allBytes()).isZero();
  }
}
