package dev.larder.store.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.Manifest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.CachedContent;
import dev.larder.store.CachedContent.Kind;
import dev.larder.store.Document;
import dev.larder.store.FullDisk;
import dev.larder.store.HostedContent;
import dev.larder.store.LastAnswer;
import dev.larder.store.RepositoryKey;
import dev.larder.store.StoredManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteCatalogTest {
  private static final RepositoryKey APP = RepositoryKey.hosted(new RepositoryName("team/app"));
  private static final RepositoryKey MIRROR =
      RepositoryKey.mirrored(new RegistryName("quay.io"), new RepositoryName("team/app"));
  private static final Tag LATEST = new Tag("latest");
  private static final MediaType LAYER =
      new MediaType("application/vnd.oci.image.layer.v1.tar+gzip");
  private static final MediaType CONFIG = new MediaType("application/vnd.oci.image.config.v1+json");

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

  private void reopen() throws IOException {
    catalog.close();
    open();
  }

  private static StoredManifest stored(String content) {
    byte[] bytes = content.getBytes(UTF_8);
    return new StoredManifest(Digest.sha256(bytes), MediaType.OCI_MANIFEST, bytes);
  }

  private static Digest digest(String content) {
    return Digest.sha256(content.getBytes(UTF_8));
  }

  private static Descriptor layer(String content) {
    return new Descriptor(LAYER, digest(content), content.length());
  }

  private static Descriptor config(String content) {
    return new Descriptor(CONFIG, digest(content), content.length());
  }

  private static Manifest image(Descriptor config, Descriptor... layers) {
    return new Manifest.Image(
        MediaType.OCI_MANIFEST,
        config,
        List.of(layers),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  private static Manifest index(Descriptor... manifests) {
    return new Manifest.Index(
        MediaType.OCI_INDEX, List.of(manifests), Optional.empty(), Optional.empty(), Map.of());
  }

  private static Manifest referrer(
      Descriptor subject, Optional<String> artifactType, Map<String, String> annotations) {
    return new Manifest.Image(
        MediaType.OCI_MANIFEST,
        config("{}"),
        List.of(),
        Optional.of(subject),
        artifactType,
        annotations);
  }

  private void put(RepositoryKey repository, StoredManifest manifest, String... tags) {
    catalog.putManifest(repository, manifest, Optional.empty(), Optional.empty());
    for (String tag : tags) {
      catalog.putManifest(repository, manifest, Optional.empty(), Optional.of(new Tag(tag)));
    }
  }

  @Test
  void aNewCatalogIsEmpty() {
    assertThat(catalog.tag(APP, LATEST)).isEmpty();
    assertThat(catalog.manifest(APP, digest("x"))).isEmpty();
    assertThat(catalog.manifest(digest("x"))).isEmpty();
    assertThat(catalog.tags(APP, Optional.empty(), 10)).isEmpty();
    assertThat(catalog.exists(APP)).isFalse();
    assertThat(catalog.hostedRepositories(Optional.empty(), 10)).isEmpty();
    assertThat(catalog.referrers(APP, digest("x"))).isEmpty();
    assertThat(catalog.hasBlob(APP, digest("x"))).isFalse();
    assertThat(catalog.blobSize(APP, digest("x"))).isEmpty();
    assertThat(catalog.describedSize(APP, digest("x"))).isEmpty();
    assertThat(catalog.isBlobLinked(digest("x"))).isFalse();
    assertThat(catalog.document(APP, "tags")).isEmpty();
    assertThat(catalog.deleteManifest(APP, digest("x"))).isFalse();
    assertThat(catalog.deleteTag(APP, LATEST)).isFalse();
    assertThat(catalog.unlinkBlob(APP, digest("x"))).isFalse();
  }

  @Test
  void manifestsComeBackExactlyAsTheyWerePut() throws Exception {
    StoredManifest manifest = stored("{\"schemaVersion\": 2}\n");
    put(APP, manifest, "latest");
    reopen();

    assertThat(catalog.tag(APP, LATEST)).hasValue(manifest.digest());
    for (int read = 0; read < 2; read++) {
      StoredManifest found = catalog.manifest(APP, manifest.digest()).orElseThrow();
      assertThat(found.content()).isEqualTo(manifest.content());
      assertThat(found.mediaType()).isEqualTo(manifest.mediaType());
      assertThat(found.digest()).isEqualTo(manifest.digest());
    }
  }

  @Test
  void oneRepositoryDoesNotServeTheManifestOfAnother() {
    StoredManifest manifest = stored("{}");
    put(APP, manifest, "latest");

    assertThat(catalog.manifest(MIRROR, manifest.digest())).isEmpty();
    assertThat(catalog.tag(MIRROR, LATEST)).isEmpty();
    assertThat(catalog.manifest(manifest.digest())).isPresent();
    assertThat(catalog.exists(MIRROR)).isFalse();
  }

  @Test
  void theMediaTypeOfOneRepositoryIsNotChangedByAnother() {
    StoredManifest manifest = stored("{}");
    put(MIRROR, manifest);
    put(APP, new StoredManifest(manifest.digest(), MediaType.OCI_INDEX, manifest.content()));

    assertThat(catalog.manifest(MIRROR, manifest.digest()))
        .map(StoredManifest::mediaType)
        .hasValue(MediaType.OCI_MANIFEST);
    assertThat(catalog.manifest(APP, manifest.digest()))
        .map(StoredManifest::mediaType)
        .hasValue(MediaType.OCI_INDEX);
  }

  @Test
  void putAgainAManifestIsWhatItWasPutAsLast() {
    StoredManifest manifest = stored("{}");
    catalog.putManifest(
        APP,
        manifest,
        Optional.of(referrer(layer("subject"), Optional.empty(), Map.of())),
        Optional.empty());
    StoredManifest again =
        new StoredManifest(manifest.digest(), MediaType.OCI_INDEX, manifest.content());
    catalog.putManifest(APP, again, Optional.of(index(layer("child"))), Optional.empty());

    assertThat(catalog.manifest(APP, manifest.digest()))
        .map(StoredManifest::mediaType)
        .hasValue(MediaType.OCI_INDEX);
    assertThat(catalog.referrers(APP, digest("subject"))).isEmpty();
    assertThat(catalog.describedSize(APP, digest("{}"))).isEmpty();
    assertThat(catalog.describedSize(APP, digest("child"))).hasValue(5);
  }

  @Test
  void aTagMovesToTheManifestThatWasPutLast() {
    put(APP, stored("one"), "latest");
    put(APP, stored("two"), "latest");

    assertThat(catalog.tag(APP, LATEST)).hasValue(digest("two"));
    assertThat(catalog.manifest(APP, digest("one"))).isPresent();
  }

  @Test
  void deletingAManifestTakesItsTagsWithIt() {
    put(APP, stored("one"), "a", "b");
    put(APP, stored("two"), "c");

    assertThat(catalog.deleteManifest(APP, digest("one"))).isTrue();

    assertThat(catalog.manifest(APP, digest("one"))).isEmpty();
    assertThat(catalog.tags(APP, Optional.empty(), 10)).containsExactly(new Tag("c"));
    assertThat(catalog.deleteManifest(APP, digest("one"))).isFalse();
  }

  @Test
  void deletingATagLeavesTheManifest() {
    put(APP, stored("one"), "a");

    assertThat(catalog.deleteTag(APP, new Tag("a"))).isTrue();

    assertThat(catalog.tag(APP, new Tag("a"))).isEmpty();
    assertThat(catalog.manifest(APP, digest("one"))).isPresent();
    assertThat(catalog.deleteTag(APP, new Tag("a"))).isFalse();
  }

  @Test
  void theBytesOfAManifestGoWithTheLastRepositoryThatHasIt() throws Exception {
    put(APP, stored("one"));
    put(MIRROR, stored("one"));
    // From here on its bytes are in memory, which must not keep it alive.
    assertThat(catalog.manifest(APP, digest("one"))).isPresent();

    catalog.deleteManifest(APP, digest("one"));
    assertThat(catalog.manifest(MIRROR, digest("one"))).isPresent();
    assertThat(count("manifests")).isEqualTo(1);

    catalog.deleteManifest(MIRROR, digest("one"));
    assertThat(catalog.manifest(digest("one"))).isEmpty();
    assertThat(count("manifests")).isZero();
  }

  @Test
  void whatADeletedManifestSaidIsForgotten() throws Exception {
    StoredManifest manifest = stored("{}");
    catalog.putManifest(
        APP,
        manifest,
        Optional.of(referrer(layer("subject"), Optional.empty(), Map.of())),
        Optional.empty());

    catalog.deleteManifest(APP, manifest.digest());

    assertThat(catalog.describedSize(APP, digest("{}"))).isEmpty();
    assertThat(catalog.referrers(APP, digest("subject"))).isEmpty();
    assertThat(count("manifest_references")).isZero();
    assertThat(count("referrers")).isZero();
  }

  @Test
  void tagsArePagedInLexicalOrder() {
    put(APP, stored("one"), "v1.10", "v1.9", "Latest", "latest", "_x", "0");
    put(MIRROR, stored("one"), "elsewhere");

    List<Tag> all = page(Optional.empty(), 10);
    assertThat(all).extracting(Tag::value).isSorted().hasSize(6);
    assertThat(page(Optional.empty(), 2)).isEqualTo(all.subList(0, 2));
    assertThat(page(Optional.of(all.get(1).value()), 3)).isEqualTo(all.subList(2, 5));
    assertThat(page(Optional.of("b"), 10)).containsExactlyElementsOf(all.subList(3, 6));
    assertThat(page(Optional.of("v1.9"), 10)).isEmpty();
    assertThat(page(Optional.empty(), 0)).isEmpty();
  }

  private List<Tag> page(Optional<String> after, int limit) {
    return catalog.tags(APP, after, limit);
  }

  @Test
  void hostedRepositoriesArePagedAndMirroredOnesAreNotAmongThem() {
    for (String name : List.of("b", "a/b", "a", "c")) {
      put(RepositoryKey.hosted(new RepositoryName(name)), stored("one"));
    }
    put(MIRROR, stored("one"));
    catalog.linkBlob(APP, digest("blob"), 4);

    assertThat(catalog.hostedRepositories(Optional.empty(), 10))
        .extracting(RepositoryName::value)
        .containsExactly("a", "a/b", "b", "c", "team/app");
    assertThat(catalog.hostedRepositories(Optional.of("a"), 2))
        .extracting(RepositoryName::value)
        .containsExactly("a/b", "b");
  }

  @Test
  void aRepositoryExistsWhileItHasAManifestOrABlob() {
    put(APP, stored("one"));
    assertThat(catalog.exists(APP)).isTrue();
    catalog.linkBlob(APP, digest("blob"), 4);
    catalog.deleteManifest(APP, digest("one"));
    assertThat(catalog.exists(APP)).isTrue();

    catalog.unlinkBlob(APP, digest("blob"));

    assertThat(catalog.exists(APP)).isFalse();
    assertThat(catalog.hostedRepositories(Optional.empty(), 10)).isEmpty();
  }

  @Test
  void referrersAreFullDescriptors() throws Exception {
    Descriptor subject = layer("subject");
    StoredManifest signature = stored("signature");
    StoredManifest sbom = stored("the sbom");
    Map<String, String> annotations = Map.of("org.example", "ä \"quoted\"", "b", "");
    catalog.putManifest(
        APP,
        signature,
        Optional.of(referrer(subject, Optional.of("application/x-signature"), annotations)),
        Optional.empty());
    catalog.putManifest(
        APP, sbom, Optional.of(referrer(subject, Optional.empty(), Map.of())), Optional.empty());
    catalog.putManifest(
        MIRROR, sbom, Optional.of(referrer(subject, Optional.empty(), Map.of())), Optional.empty());
    reopen();

    assertThat(catalog.referrers(APP, subject.digest()))
        .containsExactlyInAnyOrder(
            new Descriptor(
                MediaType.OCI_MANIFEST,
                signature.digest(),
                9,
                Optional.of("application/x-signature"),
                annotations),
            new Descriptor(MediaType.OCI_MANIFEST, sbom.digest(), 8, Optional.empty(), Map.of()));
    assertThat(catalog.referrers(APP, digest("other"))).isEmpty();
    assertThat(catalog.referrers(MIRROR, subject.digest())).hasSize(1);
  }

  @Test
  void blobsBelongToTheRepositoriesThatTheyAreLinkedTo() throws Exception {
    catalog.linkBlob(APP, digest("blob"), 3L << 40);
    catalog.linkBlob(APP, digest("blob"), 3L << 40);
    reopen();

    assertThat(catalog.hasBlob(APP, digest("blob"))).isTrue();
    assertThat(catalog.blobSize(APP, digest("blob"))).hasValue(3L << 40);
    assertThat(catalog.hasBlob(MIRROR, digest("blob"))).isFalse();
    catalog.linkBlob(MIRROR, digest("blob"), 3L << 40);

    assertThat(catalog.unlinkBlob(APP, digest("blob"))).isTrue();
    assertThat(catalog.unlinkBlob(APP, digest("blob"))).isFalse();
    assertThat(catalog.hasBlob(APP, digest("blob"))).isFalse();
    assertThat(catalog.isBlobLinked(digest("blob"))).isTrue();

    catalog.unlinkBlob(MIRROR, digest("blob"));
    assertThat(catalog.isBlobLinked(digest("blob"))).isFalse();
  }

  @Test
  void whatAManifestRefersToHasTheSizeItSays() {
    Descriptor empty = layer("empty");
    Descriptor lie = new Descriptor(LAYER, digest("layer"), 7);
    catalog.putManifest(
        APP,
        stored("image"),
        Optional.of(image(config("{}"), layer("layer"), empty, empty)),
        Optional.empty());
    catalog.putManifest(
        APP, stored("liar"), Optional.of(image(config("{}"), lie)), Optional.empty());
    catalog.putManifest(
        APP, stored("index"), Optional.of(index(layer("child manifest"))), Optional.empty());

    assertThat(catalog.describedSize(APP, digest("{}"))).hasValue(2);
    assertThat(catalog.describedSize(APP, digest("layer"))).hasValue(7);
    assertThat(catalog.describedSize(APP, digest("child manifest"))).hasValue(14);
    assertThat(catalog.describedSize(MIRROR, digest("layer"))).isEmpty();
    assertThat(catalog.describedSize(APP, digest("image"))).isEmpty();
  }

  @Test
  void anImageIsRefusedUntilAllItsBlobsAreInItsRepository() {
    Manifest image = image(config("{}"), layer("one"), layer("two"), layer("two"));
    StoredManifest manifest = stored("image");
    catalog.linkBlob(APP, digest("one"), 3);
    catalog.linkBlob(MIRROR, digest("two"), 3);

    assertThat(catalog.putCompleteManifest(APP, manifest, image, Optional.of(LATEST)))
        .containsExactly(digest("{}"), digest("two"));
    assertThat(catalog.manifest(APP, manifest.digest())).isEmpty();
    assertThat(catalog.tag(APP, LATEST)).isEmpty();

    catalog.linkBlob(APP, digest("{}"), 2);
    catalog.linkBlob(APP, digest("two"), 3);
    assertThat(catalog.putCompleteManifest(APP, manifest, image, Optional.of(LATEST))).isEmpty();
    assertThat(catalog.tag(APP, LATEST)).hasValue(manifest.digest());
    assertThat(catalog.describedSize(APP, digest("two"))).hasValue(3);
  }

  @Test
  void layersThatMayNotBeDistributedNeedNotBeThere() {
    catalog.linkBlob(APP, digest("{}"), 2);
    Manifest image =
        image(
            config("{}"),
            new Descriptor(
                new MediaType("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
                digest("foreign"),
                1),
            new Descriptor(
                new MediaType("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"),
                digest("nondistributable"),
                1));

    assertThat(catalog.putCompleteManifest(APP, stored("image"), image, Optional.empty()))
        .isEmpty();
  }

  @Test
  void anIndexNeedsItsManifestsAsManifestsAndASubjectNeedNotBeThere() {
    StoredManifest child = stored("child");
    Descriptor listed = new Descriptor(MediaType.OCI_MANIFEST, child.digest(), 5);
    catalog.linkBlob(APP, child.digest(), 5);
    Manifest index =
        new Manifest.Index(
            MediaType.OCI_INDEX,
            List.of(listed),
            Optional.of(layer("a subject that isn't there")),
            Optional.empty(),
            Map.of());

    assertThat(catalog.putCompleteManifest(APP, stored("index"), index, Optional.empty()))
        .containsExactly(child.digest());
    put(APP, child);
    assertThat(catalog.putCompleteManifest(APP, stored("index"), index, Optional.empty()))
        .isEmpty();
    assertThat(catalog.referrers(APP, digest("a subject that isn't there"))).hasSize(1);
  }

  @Test
  void anIndexOfLayersAsBuildKitsCachesAreNeedsThemAsBlobs() {
    Manifest cache = index(layer("layer"));
    assertThat(catalog.putCompleteManifest(APP, stored("cache"), cache, Optional.empty()))
        .containsExactly(digest("layer"));

    catalog.linkBlob(APP, digest("layer"), 5);

    assertThat(catalog.putCompleteManifest(APP, stored("cache"), cache, Optional.empty()))
        .isEmpty();
  }

  @Test
  void theOldestDocumentsMakeRoomForNewOnes() {
    Document large = new Document(new byte[30 << 20], Optional.empty());
    catalog.putDocument(MIRROR, "1", large);
    catalog.putDocument(MIRROR, "2", large);
    catalog.putDocument(MIRROR, "2", large);
    assertThat(catalog.document(MIRROR, "1")).isPresent();

    catalog.putDocument(MIRROR, "3", large);

    assertThat(catalog.document(MIRROR, "1")).isEmpty();
    assertThat(catalog.document(MIRROR, "2")).isPresent();
    assertThat(catalog.document(MIRROR, "3")).isPresent();
  }

  @Test
  void theLastDocumentUnderAKeyIsKept() throws Exception {
    catalog.putDocument(
        MIRROR, "tags", new Document("one".getBytes(UTF_8), Optional.of("last=a&n=1")));
    catalog.putDocument(MIRROR, "tags?last=a", new Document(new byte[0], Optional.empty()));
    reopen();
    Document first = catalog.document(MIRROR, "tags").orElseThrow().value();
    assertThat(first.content()).asString(UTF_8).isEqualTo("one");
    assertThat(first.next()).hasValue("last=a&n=1");
    assertThat(catalog.document(MIRROR, "tags?last=a").orElseThrow().value().content()).isEmpty();
    assertThat(catalog.document(APP, "tags")).isEmpty();

    catalog.putDocument(MIRROR, "tags", new Document("two".getBytes(UTF_8), Optional.empty()));

    Document second = catalog.document(MIRROR, "tags").orElseThrow().value();
    assertThat(second.content()).asString(UTF_8).isEqualTo("two");
    assertThat(second.next()).isEmpty();
  }

  @Test
  void manyMayWriteAndReadAtOnce() throws Exception {
    int writers = 8;
    int each = 25;
    StoredManifest manifest = stored("one");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        String prefix = "w" + writer + "-";
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    Tag tag = new Tag(prefix + i);
                    catalog.putManifest(APP, manifest, Optional.empty(), Optional.of(tag));
                    assertThat(catalog.tag(APP, tag)).hasValue(manifest.digest());
                    assertThat(catalog.manifest(APP, manifest.digest())).isPresent();
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    reopen();
    assertThat(catalog.tags(APP, Optional.empty(), 1000)).hasSize(writers * each);
  }

  @Test
  void whatFailsInTheMiddleChangesNothingAndTheNextWriteWorks() throws Exception {
    put(APP, stored("one"), "latest");
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(
          """
          CREATE TRIGGER refuse BEFORE INSERT ON tags WHEN NEW.name = 'refused'
          BEGIN SELECT RAISE(ROLLBACK, 'a failing disk'); END
          """);
    }

    // ROLLBACK ends the transaction inside SQLite, as a full disk does.
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> put(APP, stored("two"), "refused"))
        .withMessageContaining("catalog.db can't be written")
        .withMessageContaining("a failing disk");

    assertThat(catalog.tag(APP, new Tag("refused"))).isEmpty();
    put(APP, stored("three"), "latest");
    assertThat(catalog.tag(APP, LATEST)).hasValue(digest("three"));
  }

  @Test
  void theCatalogOfANewerVersionIsRefusedAndLeftAlone() throws Exception {
    catalog.close();
    execute("UPDATE schema_version SET version = version + 1000");

    assertThatIOException()
        .isThrownBy(this::open)
        .withMessageContaining("schema 100")
        .withMessageContaining("newer Larder");

    execute("UPDATE schema_version SET version = version - 1000");
    open();
  }

  @Test
  void whichRepositoriesArePrivateOutlivesTheProcess() throws Exception {
    catalog.setPrivate(MIRROR, true);
    catalog.setPrivate(APP, false);
    catalog.close();
    catalog = new SqliteCatalog(folder.resolve("catalog.db"), InstantSource.system());
    assertThat(catalog.privateRepositories()).containsExactly(MIRROR);
    catalog.setPrivate(MIRROR, false);
    assertThat(catalog.privateRepositories()).isEmpty();
  }

  @Test
  void aBlobOfPrivateRepositoriesIsToldFromOneThatIsEverybodys() {
    RegistryName upstream = MIRROR.upstream().orElseThrow();
    RegistryName other = new RegistryName("other.example");
    catalog.setPrivate(MIRROR, true);
    catalog.linkBlob(MIRROR, digest("x"), 1);
    assertThat(catalog.isBlobOpen(digest("x"))).isFalse();
    assertThat(catalog.isBlobPrivate(digest("x"), upstream)).isTrue();
    assertThat(catalog.isBlobPrivate(digest("x"), other)).isFalse();
    assertThat(catalog.isBlobPrivate(digest("y"), upstream)).isFalse();
    catalog.linkBlob(APP, digest("x"), 1);
    assertThat(catalog.isBlobOpen(digest("x"))).isTrue();
  }

  @Test
  void blobsThatNoRepositoryHasAreFoundAmongOthers() {
    catalog.linkBlob(APP, digest("hosted"), 1);
    catalog.linkBlob(APP, digest("both"), 1);
    catalog.linkBlob(MIRROR, digest("both"), 1);
    catalog.linkBlob(MIRROR, digest("gone"), 1);
    catalog.unlinkBlob(digest("gone"));

    assertThat(
            catalog.unlinkedBlobs(
                List.of(digest("none"), digest("hosted"), digest("gone"), digest("both"))))
        .containsExactly(digest("none"), digest("gone"));
    assertThat(catalog.unlinkedBlobs(List.of())).isEmpty();
  }

  @Test
  void aBlobThatWasServedLatelyIsNotServedOnceItIsTakenAway() {
    Runnable link =
        () -> {
          catalog.linkBlob(MIRROR, digest("x"), 1);
          assertThat(catalog.hasBlob(MIRROR, digest("x"))).isTrue();
          assertThat(catalog.hasBlob(MIRROR, digest("x"))).isTrue();
        };
    link.run();
    catalog.unlinkBlob(MIRROR, digest("x"));
    assertThat(catalog.hasBlob(MIRROR, digest("x"))).isFalse();
    link.run();
    catalog.unlinkBlob(digest("x"));
    assertThat(catalog.hasBlob(MIRROR, digest("x"))).isFalse();
    link.run();
    Instant now = Instant.now().plusSeconds(1);
    CachedContent least = catalog.leastRecentlyUsed(Kind.BLOB, now, Optional.empty(), 1).getFirst();
    assertThat(catalog.evict(least)).contains(List.of(digest("x")));
    assertThat(catalog.hasBlob(MIRROR, digest("x"))).isFalse();
  }

  @Test
  void aHostedBlobThatLosesItsManifestHasAGracePeriodFromItsNextUse() throws Exception {
    Instant first = Instant.parse("2026-01-01T00:00:00Z");
    AtomicReference<Instant> now = new AtomicReference<>(first);
    catalog.close();
    catalog = new SqliteCatalog(folder.resolve("catalog.db"), now::get);
    StoredManifest image = stored("image");
    for (Runnable loss :
        List.<Runnable>of(
            () -> catalog.deleteManifest(APP, image.digest()),
            () -> catalog.putManifest(APP, image, Optional.empty(), Optional.empty()),
            () -> catalog.deleteManifest(image.digest()))) {
      catalog.linkBlob(APP, digest("layer"), 1);
      catalog.putManifest(APP, image, Optional.of(image(config("layer"))), Optional.empty());
      assertThat(catalog.useBlob(APP, digest("layer"))).isTrue();
      assertThat(catalog.useBlob(APP, digest("layer"))).isTrue();
      assertThat(catalog.unusedBlobs(first, Optional.empty(), 1)).isEmpty();

      loss.run();
      now.set(first.plusSeconds(3600));
      assertThat(catalog.useBlob(APP, digest("layer"))).isTrue();
      assertThat(catalog.unusedBlobs(first.plusSeconds(3599), Optional.empty(), 1)).isEmpty();
      assertThat(catalog.unusedBlobs(now.get(), Optional.empty(), 1)).hasSize(1);
      now.set(first);
    }
  }

  @Test
  void whatAnOlderVersionHasLeftIsOfUseWhenThisOneComes() throws Exception {
    catalog.linkBlob(APP, digest("old"), 3);
    catalog.linkBlob(APP, digest("both"), 5);
    catalog.linkBlob(MIRROR, digest("both"), 5);
    catalog.linkBlob(MIRROR, digest("loose"), 7);
    StoredManifest mirrored = stored("mirrored");
    catalog.putManifest(MIRROR, mirrored, Optional.empty(), Optional.of(LATEST));
    catalog.putDocument(MIRROR, "tags", new Document(new byte[0], Optional.empty()));
    catalog.close();
    execute(
        """
        ALTER TABLE repositories DROP COLUMN private;
        ALTER TABLE tags DROP COLUMN checked_at;
        DROP TABLE totals;
        DROP TABLE upstream_totals;
        DROP TABLE pins;
        DROP INDEX documents_by_age;
        DROP INDEX repository_blobs_by_last_use;
        DROP INDEX repository_manifests_by_last_use;
        ALTER TABLE documents DROP COLUMN kept_at;
        ALTER TABLE repository_blobs DROP COLUMN last_use;
        ALTER TABLE repository_manifests DROP COLUMN last_use;
        DROP TABLE day_counts;
        ALTER TABLE tags DROP COLUMN pulls;
        ALTER TABLE tags DROP COLUMN pulled_at;
        ALTER TABLE repository_manifests DROP COLUMN pulls;
        ALTER TABLE repository_manifests DROP COLUMN pulled_at;
        DROP TABLE upkeep;
        ALTER TABLE repository_blobs DROP COLUMN used_at;
        ALTER TABLE repository_manifests DROP COLUMN used_at;
        UPDATE schema_version SET version = 1
        """);
    Instant now = Instant.parse("2026-01-01T00:00:00Z");

    catalog = new SqliteCatalog(folder.resolve("catalog.db"), () -> now);

    assertThat(catalog.unusedBlobs(now.minusMillis(1), Optional.empty(), 10)).isEmpty();
    assertThat(catalog.unusedBlobs(now, Optional.empty(), 10))
        .containsExactlyInAnyOrder(
            new HostedContent(APP, digest("old"), 3), new HostedContent(APP, digest("both"), 5));
    assertThat(catalog.mirroredBytes()).isEqualTo(7);
    assertThat(catalog.inventory().stock().allBytes()).isEqualTo(3 + 5 + 7);
    assertThat(catalog.inventory().stock().bytes())
        .isEqualTo(Map.of(Optional.empty(), 8L, MIRROR.upstream(), 12L));
    assertThat(catalog.leastRecentlyUsed(Kind.MANIFEST, now, Optional.empty(), 10))
        .containsExactly(new CachedContent(MIRROR, mirrored.digest(), Kind.MANIFEST, now));
    assertThat(catalog.leastRecentlyUsed(Kind.BLOB, now, Optional.empty(), 10))
        .extracting(CachedContent::digest)
        .containsExactlyInAnyOrder(digest("both"), digest("loose"));
    assertThat(catalog.lastAnswer(MIRROR, LATEST).orElseThrow().at()).isEqualTo(now);
    assertThat(catalog.document(MIRROR, "tags").orElseThrow().at()).isEqualTo(now);
  }

  @Test
  void whenTheUpstreamSaidItLastIsKnownAfterANewStart() throws Exception {
    Instant first = Instant.parse("2026-01-01T00:00:00Z");
    Instant again = first.plusSeconds(3600);
    openAt(first);
    put(MIRROR, stored("one"), "latest");
    put(MIRROR, stored("two"), "other");
    catalog.putDocument(MIRROR, "tags", new Document(new byte[0], Optional.empty()));
    openAt(again);
    catalog.confirm(MIRROR, LATEST);
    reopen();

    assertThat(catalog.lastAnswer(MIRROR, LATEST)).hasValue(new LastAnswer<>(digest("one"), again));
    assertThat(catalog.lastAnswer(MIRROR, new Tag("other")))
        .hasValue(new LastAnswer<>(digest("two"), first));
    assertThat(catalog.lastAnswer(APP, LATEST)).isEmpty();
    assertThat(catalog.document(MIRROR, "tags").orElseThrow().at()).isEqualTo(first);

    openAt(again);
    put(MIRROR, stored("three"), "other");
    catalog.putDocument(MIRROR, "tags", new Document(new byte[0], Optional.empty()));
    assertThat(catalog.lastAnswer(MIRROR, new Tag("other")))
        .hasValue(new LastAnswer<>(digest("three"), again));
    assertThat(catalog.document(MIRROR, "tags").orElseThrow().at()).isEqualTo(again);
  }

  private void openAt(Instant now) throws IOException {
    catalog.close();
    catalog = new SqliteCatalog(folder.resolve("catalog.db"), () -> now);
  }

  @Test
  void roomIsMadeForRemovalsAndForNothingElse() throws Exception {
    catalog.close();
    catalog =
        new SqliteCatalog(folder.resolve("catalog.db"), InstantSource.system(), this::makeRoom);
    put(APP, stored("one"), "latest");
    execute(
        """
        CREATE TRIGGER full BEFORE DELETE ON tags
        BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END;
        CREATE TRIGGER full_as_well BEFORE INSERT ON documents
        BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END
        """);

    Document document = new Document(new byte[1], Optional.empty());
    assertThatThrownBy(() -> catalog.putDocument(MIRROR, "1", document))
        .isInstanceOf(UncheckedIOException.class)
        .satisfies(e -> assertThat(FullDisk.isCause(e)).isTrue());
    assertThat(catalog.deleteTag(APP, LATEST)).isTrue();

    assertThat(catalog.tag(APP, LATEST)).isEmpty();
  }

  @Test
  void aFileThatIsNoDatabaseIsRefused() throws Exception {
    Path file = Files.writeString(folder.resolve("other.db"), "no database at all".repeat(100));

    assertThatIOException()
        .isThrownBy(() -> new SqliteCatalog(file, InstantSource.system()))
        .withMessageContaining("other.db can't be opened");
  }

  @Test
  void aClosedCatalogSaysSo() throws Exception {
    catalog.close();

    assertThatIllegalStateException().isThrownBy(() -> catalog.tag(APP, LATEST));
    assertThatIllegalStateException().isThrownBy(() -> put(APP, stored("one")));
    catalog.close();
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("catalog.db"));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }

  private boolean makeRoom() {
    try {
      execute("DROP TRIGGER full");
      return true;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private int count(String table) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
      return rows.getInt(1);
    }
  }

  @Test
  void aBlobIsFoundInTheHostedRepositoriesAlone() {
    Digest digest = Digest.sha256(new byte[] {1});
    catalog.linkBlob(MIRROR, digest, 1);
    assertThat(catalog.hostedRepositoryWith(digest)).isEmpty();

    catalog.linkBlob(APP, digest, 1);

    assertThat(catalog.hostedRepositoryWith(digest)).contains(APP.name());
  }
}
