package dev.larder.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.http.Response;
import dev.larder.metrics.Count;
import dev.larder.metrics.Counts;
import dev.larder.metrics.Metrics;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.Bookkeeper;
import dev.larder.store.Pulls;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Statistics;
import dev.larder.testing.TestImages;
import dev.larder.upstream.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessCounterTest {
  private static final TestImages.Image IMAGE = TestImages.image("app", 1000);
  private static final String MIRRORED = "/v2/quay.io/org/app";
  private static final String TAGGED = MIRRORED + "/manifests/1";
  private static final String LAYER = MIRRORED + "/blobs/" + IMAGE.layer(0);
  private static final int MANIFEST = IMAGE.manifest().length;

  /** The images that were pulled. */
  private static final class Ledger implements Statistics {
    final List<Pulls> pulls = new ArrayList<>();

    @Override
    public void add(LocalDate day, Map<String, Counts> counts, List<Pulls> pulled) {
      pulls.addAll(pulled);
    }

    @Override
    public Map<LocalDate, Map<String, Counts>> days() {
      throw new UnsupportedOperationException();
    }
  }

  private final Metrics metrics = new Metrics(List.of());
  private final Ledger ledger = new Ledger();
  private final Bookkeeper bookkeeper = new Bookkeeper(ledger, metrics, () -> Instant.EPOCH);
  private TestRegistry registry;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    registry = new TestRegistry(folder);
    registry.upstream.has(IMAGE, "1");
  }

  @AfterEach
  void stop() throws IOException {
    registry.close();
  }

  /** What is counted of everything that the registry was asked. */
  private Counts counted(String upstream) {
    registry.accesses().forEach(new AccessCounter(metrics, bookkeeper));
    bookkeeper.keep();
    return metrics.counts().getOrDefault(upstream, Counts.NONE);
  }

  @Test
  void aPullIsAMissAtFirstAndThenAHitAndAllOfItsBytesAreServed() throws IOException {
    for (int i = 0; i < 2; i++) {
      registry.get(TAGGED);
      registry.get(LAYER);
    }

    assertThat(counted("quay.io"))
        .isEqualTo(
            new Counts(
                Map.of(
                    Count.MANIFEST_MISS, 1L,
                    Count.MANIFEST_HIT, 1L,
                    Count.BLOB_MISS, 1L,
                    Count.BLOB_HIT, 1L,
                    Count.SERVED_BYTES, 2 * (MANIFEST + 1000L))));
  }

  @Test
  void whatIsAnsweredFromMemoryIsCountedAsWell() throws IOException {
    registry.get(TAGGED);
    Response ready =
        registry
            .handler
            .ready(TestRegistry.request("GET", TAGGED, new ByteArrayInputStream(new byte[0])))
            .orElseThrow();
    TestRegistry.received("GET", ready);

    Counts counts = counted("quay.io");
    assertThat(counts.of(Count.MANIFEST_HIT)).isEqualTo(1);
    assertThat(counts.of(Count.SERVED_BYTES)).isEqualTo(2L * MANIFEST);
  }

  @Test
  void whatTheUpstreamConfirmsOrCantBeAskedForIsAHitOfItsKind() throws IOException {
    registry.get(TAGGED);
    registry.advance(Duration.ofMinutes(1));
    registry.head(TAGGED);
    registry.advance(Duration.ofMinutes(1));
    registry.upstream.answers(new Answer.Failed<>("no route", Optional.empty()));
    registry.get(TAGGED);

    Counts counts = counted("quay.io");
    assertThat(counts.of(Count.MANIFEST_REVALIDATED)).isEqualTo(1);
    assertThat(counts.of(Count.MANIFEST_STALE)).isEqualTo(1);
    assertThat(counts.hits()).isEqualTo(2);
    assertThat(counts.misses()).isEqualTo(1);
  }

  @Test
  void whatIsntThereIsNoErrorButWhatTheUpstreamCantBeAskedForIs() throws IOException {
    registry.get(TAGGED);
    assertThat(registry.get(MIRRORED + "/manifests/2").status()).isEqualTo(404);
    registry.upstream.answers(new Answer.Failed<>("no route", Optional.empty()));
    registry.get(MIRRORED + "/manifests/3");
    assertThat(registry.get(LAYER).status()).isEqualTo(404);

    Counts counts = counted("quay.io");
    assertThat(counts.of(Count.MANIFEST_ABSENT)).isEqualTo(1);
    assertThat(counts.of(Count.MANIFEST_ERROR)).isEqualTo(1);
    assertThat(counts.of(Count.BLOB_ERROR)).isEqualTo(1);
    assertThat(counts.of(Count.BLOB_ABSENT)).isZero();
    assertThat(counts.of(Count.SERVED_BYTES)).isEqualTo(MANIFEST);
  }

  @Test
  void whatIsPushedAndPulledAgainIsNoUpstreams() throws IOException {
    registry.push("/v2/mine", IMAGE, "1");
    registry.get("/v2/mine/manifests/1");
    registry.get("/v2/mine/blobs/" + IMAGE.layer(0));

    long pushed = MANIFEST + IMAGE.config().length + 1000L;
    assertThat(counted(Metrics.HOSTED))
        .isEqualTo(
            new Counts(
                Map.of(
                    Count.PUSH, 1L,
                    Count.RECEIVED_BYTES, pushed,
                    Count.MANIFEST_HOSTED, 1L,
                    Count.BLOB_HOSTED, 1L,
                    Count.SERVED_BYTES, MANIFEST + 1000L)));
  }

  @Test
  void theNamesByWhichAnImageWasAskedForAreCounted() throws IOException {
    registry.get(TAGGED);
    registry.head(TAGGED);
    registry.get(MIRRORED + "/manifests/" + IMAGE.digest());
    registry.get(MIRRORED + "/manifests/nothing");
    registry.get(LAYER);
    counted("quay.io");

    RepositoryKey app =
        RepositoryKey.mirrored(new RegistryName("quay.io"), new RepositoryName("org/app"));
    Instant now = registry.accesses().getFirst().at();
    assertThat(ledger.pulls)
        .containsExactlyInAnyOrder(
            new Pulls(app, new Tag("1"), 2, now), new Pulls(app, IMAGE.digest(), 1, now));
  }

  @Test
  void aPullOfAnOverlayIsThatsAndNotTheUpstreams() {
    RepositoryKey app =
        RepositoryKey.mirrored(new RegistryName("quay.io"), new RepositoryName("org/app"));
    Access access =
        new Access(
            Instant.EPOCH,
            "GET",
            "manifest",
            Optional.of("org/app"),
            Optional.of(new RegistryName("quay.io")),
            Optional.of("dev"),
            200,
            Access.Outcome.OVERLAY,
            MANIFEST,
            true,
            0,
            Duration.ZERO,
            Optional.empty(),
            new Access.Client(new InetSocketAddress(40000), "", "", "", "http"));
    new AccessCounter(metrics, bookkeeper).accept(access);
    bookkeeper.keep();

    assertThat(metrics.counts()).containsOnlyKeys(Metrics.HOSTED);
    assertThat(ledger.pulls)
        .containsExactly(new Pulls(app.overlay().orElseThrow(), new Tag("dev"), 1, Instant.EPOCH));
  }
}
