package dev.larder.warm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.larder.mirror.Fetch;
import dev.larder.mirror.MirrorSettings;
import dev.larder.mirror.Mirrors;
import dev.larder.oci.Digest;
import dev.larder.oci.ImageReference;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.MediaType;
import dev.larder.oci.Platform;
import dev.larder.oci.Platforms;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.CacheLimits;
import dev.larder.store.Disk;
import dev.larder.store.Evictor;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.store.StoredManifest;
import dev.larder.store.file.FileBlobStore;
import dev.larder.store.sql.SqliteCatalog;
import dev.larder.testing.FakeUpstream;
import dev.larder.testing.Fault;
import dev.larder.testing.SeenRequest;
import dev.larder.testing.TestImages;
import dev.larder.testing.TestImages.Image;
import dev.larder.upstream.Deadlines;
import dev.larder.upstream.DockerConfig;
import dev.larder.upstream.ProxySettings;
import dev.larder.upstream.UpstreamRules;
import dev.larder.upstream.UpstreamSettings;
import dev.larder.upstream.Upstreams;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WarmerTest {
  private static final Image ONE = TestImages.image("one", 1000, 300_000);
  private static final Image TWO = TestImages.image("two", 2000);
  private static final RegistryName QUAY = new RegistryName("quay.io");
  private static final Platforms AMD64 =
      new Platforms(List.of(Platform.parse("linux/amd64").orElseThrow()));
  private static final Warmer.Listener UNSEEN =
      new Warmer.Listener() {
        @Override
        public void fetching(List<Fetch> fetches) {}

        @Override
        public void ended(Outcome outcome) {}
      };

  @TempDir Path folder;
  private final FakeUpstream upstream = FakeUpstream.start();
  private SqliteCatalog catalog;
  private Store store;
  private Upstreams upstreams;
  private Mirrors mirrors;

  @BeforeEach
  void open() throws IOException {
    catalog = new SqliteCatalog(folder.resolve("catalog.db"), InstantSource.system());
    store = new Store(new FileBlobStore(folder), catalog);
    upstreams =
        new Upstreams(
            Map.of(
                QUAY,
                new UpstreamSettings(
                    QUAY,
                    URI.create("http://" + upstream.name()),
                    true,
                    Optional.empty(),
                    Optional.empty())),
            new UpstreamRules(false, Set.of(), false),
            Deadlines.DEFAULT,
            Clock.systemUTC(),
            DockerConfig.fromEnvironment(Map.of(), folder),
            ProxySettings.NONE);
    mirrors =
        new Mirrors(
            store,
            roomy(),
            upstreams::registry,
            MirrorSettings.DEFAULT,
            InstantSource.system(),
            _ -> {});
  }

  @AfterEach
  void close() throws IOException {
    mirrors.close();
    upstreams.close();
    catalog.close();
    upstream.close();
  }

  private static ImageReference image(String name) {
    return ImageReference.parse(name).orElseThrow();
  }

  private static RepositoryKey mirrored(String name) {
    return RepositoryKey.mirrored(QUAY, new RepositoryName(name));
  }

  private Warmer warmer(boolean overlays) {
    return new Warmer(store, Optional.of(mirrors), RegistryName::isLoopback, overlays);
  }

  private List<Outcome> pull(String... names) {
    return warmer(false)
        .run(List.of(names).stream().map(WarmerTest::image).toList(), AMD64, UNSEEN);
  }

  private static Outcome.Here here(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Here.class);
    return (Outcome.Here) outcome;
  }

  private static String missing(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Missing.class);
    return ((Outcome.Missing) outcome).message();
  }

  private static long fetched(Outcome outcome) {
    return here(outcome).parts().stream().filter(Part::fetched).count();
  }

  @Test
  void anImageThatWasPulledIsServedWithoutItsUpstream() throws Exception {
    upstream.putImage("org/app", "1", ONE);

    Outcome.Here outcome = here(pull("quay.io/org/app:1").getFirst());

    assertThat(outcome.digest()).isEqualTo(ONE.digest());
    assertThat(outcome.parts()).hasSize(4).allMatch(Part::fetched);
    assertThat(catalog.tag(mirrored("org/app"), new Tag("1"))).hasValue(ONE.digest());
    for (Part part : outcome.parts()) {
      assertThat(
              part.manifest()
                  ? catalog.manifest(mirrored("org/app"), part.digest()).isPresent()
                  : store.blobSize(mirrored("org/app"), part.digest()).isPresent())
          .isTrue();
    }
  }

  @Test
  void whatIsHereIsNotAskedForAgain() {
    upstream.putImage("org/app", "1", ONE);
    pull("quay.io/org/app:1");
    int requests = upstream.requests().size();

    assertThat(fetched(pull("quay.io/org/app:1").getFirst())).isZero();
    assertThat(upstream.requests()).hasSize(requests);
  }

  @Test
  void aLayerOfSeveralImagesIsFetchedOnce() {
    upstream.putImage("org/app", "1", ONE);
    upstream.putImage("org/app", "2", ONE);
    upstream.putImage("org/other", "1", ONE);

    List<Outcome> outcomes = pull("quay.io/org/app:1", "quay.io/org/app:2", "quay.io/org/other:1");

    assertThat(outcomes).allMatch(Outcome.Here.class::isInstance);
    assertThat(upstream.requests())
        .filteredOn(request -> request.isBlob() && request.method().equals("GET"))
        .hasSize(3);
  }

  @Test
  void ofAnIndexTheWantedPlatformIsPulledAndNoOther() {
    byte[] index = index("linux/amd64", ONE, "linux/arm64", TWO);
    upstream.putImage("org/app", "one", ONE);
    upstream.putImage("org/app", "two", TWO);
    Digest digest = upstream.putManifest("org/app", "1", MediaType.OCI_INDEX, index);

    Outcome.Here outcome = here(pull("quay.io/org/app:1").getFirst());

    assertThat(outcome.digest()).isEqualTo(digest);
    assertThat(outcome.parts()).extracting(Part::digest).contains(ONE.digest());
    assertThat(catalog.manifest(mirrored("org/app"), TWO.digest())).isEmpty();
    Outcome all =
        warmer(false).run(List.of(image("quay.io/org/app:1")), Platforms.ALL, UNSEEN).getFirst();
    assertThat(here(all).parts()).extracting(Part::digest).contains(TWO.digest(), TWO.layer(0));
  }

  @Test
  void aPlatformThatAnImageIsNotMadeForIsNamed() {
    upstream.putManifest(
        "org/app", "1", MediaType.OCI_INDEX, index("linux/arm64", ONE, "unknown/unknown", TWO));

    assertThat(missing(pull("quay.io/org/app:1").getFirst()))
        .contains("isn't made for linux/amd64, but for linux/arm64:");
  }

  private static byte[] index(String platform, Image image, String otherPlatform, Image other) {
    return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s,%s]}"
        .formatted(
            MediaType.OCI_INDEX, descriptor(platform, image), descriptor(otherPlatform, other))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String descriptor(String platform, Image image) {
    String[] parts = platform.split("/", -1);
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d,\"platform\":{\"os\":\"%s\",\"architecture\":\"%s\"}}"
        .formatted(image.mediaType(), image.digest(), image.manifest().length, parts[0], parts[1]);
  }

  @Test
  void oneThatFailsIsNamedAndTheOthersCome() {
    upstream.putImage("org/app", "1", ONE);
    upstream.putImage("org/app", "2", TWO);
    upstream.fail(
        request -> request.path().endsWith(TWO.layer(0).toString()), new Fault.Status(404));

    List<Outcome> outcomes =
        pull("quay.io/org/none:1", "docker.io/org/app:1", "quay.io/org/app:2", "quay.io/org/app:1");

    assertThat(missing(outcomes.get(0))).contains("org/none");
    assertThat(missing(outcomes.get(1))).contains("doesn't allow the upstream docker.io");
    assertThat(missing(outcomes.get(2))).contains(TWO.layer(0).toString());
    assertThat(fetched(outcomes.get(3))).isEqualTo(4);
  }

  @Test
  void whereTheUpstreamCannotBeAskedWhatIsHereCountsWithAWarning() {
    upstream.putImage("org/app", "1", ONE);
    pull("quay.io/org/app:1");
    mirrors.close();
    mirrors =
        new Mirrors(
            store,
            roomy(),
            upstreams::registry,
            MirrorSettings.DEFAULT,
            InstantSource.system(),
            _ -> {});
    upstream.vanish();

    Outcome.Here outcome = here(pull("quay.io/org/app:1").getFirst());

    assertThat(outcome.warning().orElseThrow()).contains("may be old");
    assertThat(fetched(outcome)).isZero();
  }

  @Test
  void whatWasPushedIsLookedForOnly() throws Exception {
    push(RepositoryKey.hosted(new RepositoryName("app")));

    List<Outcome> outcomes = pull("localhost:5000/app:1", "localhost:5000/app:2");

    assertThat(fetched(outcomes.get(0))).isZero();
    assertThat(missing(outcomes.get(1))).contains("never pushed");
    assertThat(upstream.requests()).isEmpty();
  }

  @Test
  void whatWasPushedOverAnUpstreamComesFirstWhereOverlaysAreOn() throws Exception {
    upstream.putImage("org/app", "1", TWO);
    push(mirrored("org/app").overlay().orElseThrow());
    List<ImageReference> images = List.of(image("quay.io/org/app:1"));

    Outcome over = warmer(true).run(images, AMD64, UNSEEN).getFirst();
    Outcome beside = warmer(false).run(images, AMD64, UNSEEN).getFirst();

    assertThat(here(over).digest()).isEqualTo(ONE.digest());
    assertThat(here(beside).digest()).isEqualTo(TWO.digest());
  }

  @Test
  void withoutMirrorsWhatIsHereIsFoundAndNothingIsFetched() {
    upstream.putImage("org/app", "1", ONE);
    upstream.putImage("org/app", "2", TWO);
    pull("quay.io/org/app:1");
    Warmer offline = new Warmer(store, Optional.empty(), RegistryName::isLoopback, false);

    List<Outcome> outcomes =
        offline.run(List.of(image("quay.io/org/app:1"), image("quay.io/org/app:2")), AMD64, UNSEEN);

    assertThat(fetched(outcomes.get(0))).isZero();
    assertThat(missing(outcomes.get(1))).contains("only a Larder that serves can pull it");
  }

  private void push(RepositoryKey key) throws Exception {
    for (byte[] blob : List.of(ONE.config(), ONE.layers().get(0), ONE.layers().get(1))) {
      try (var incoming = store.create()) {
        incoming.append(ByteBuffer.wrap(blob));
        store.commit(key, incoming, Digest.sha256(blob));
      }
    }
    store.putManifest(
        key,
        new StoredManifest(ONE.digest(), ONE.mediaType(), ONE.manifest()),
        Optional.of(ManifestReader.read(ONE.mediaType(), ONE.manifest())),
        Optional.of(new Tag("1")));
  }

  @Test
  void progressTellsOfLayersThatAreOnTheirWayAndWhoeverLeavesEndsIt() {
    upstream.putImage("org/app", "1", ONE);
    upstream.fail(WarmerTest::getsBigLayer, new Fault.Stall(1000, new CountDownLatch(1)));
    List<Digest> seen = new ArrayList<>();
    Warmer.Listener leaves =
        new Warmer.Listener() {
          @Override
          public void fetching(List<Fetch> fetches) {
            fetches.forEach(fetch -> seen.add(fetch.digest()));
            if (seen.contains(ONE.layer(1))) {
              throw new CancellationException();
            }
          }

          @Override
          public void ended(Outcome outcome) {}
        };

    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(() -> warmer(false).run(List.of(image("quay.io/org/app:1")), AMD64, leaves));

    assertThat(seen).contains(ONE.layer(1));
  }

  private static boolean getsBigLayer(SeenRequest request) {
    return request.path().endsWith(ONE.layer(1).toString());
  }

  /** Never evicts anything. */
  private Evictor roomy() {
    return new Evictor(
        store,
        CacheLimits.DEFAULT,
        () -> new Disk(1L << 40, 1L << 40),
        InstantSource.system(),
        () -> {});
  }
}
