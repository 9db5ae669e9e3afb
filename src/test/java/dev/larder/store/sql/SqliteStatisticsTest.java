package dev.larder.store.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.larder.metrics.Count;
import dev.larder.metrics.Counts;
import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.Inventory.Selection;
import dev.larder.store.Pulls;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Statistics;
import dev.larder.store.StoredImage;
import dev.larder.store.StoredManifest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStatisticsTest {
  private static final RepositoryKey MIRROR =
      RepositoryKey.mirrored(new RegistryName("quay.io"), new RepositoryName("team/app"));
  private static final Tag TAG = new Tag("1");
  private static final LocalDate DAY = LocalDate.of(2026, 3, 1);
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

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

  private static Counts hits(long number) {
    return new Counts(Map.of(Count.MANIFEST_HIT, number));
  }

  private static Digest put(SqliteCatalog catalog, String content, Optional<Tag> tag) {
    byte[] bytes = content.getBytes(UTF_8);
    Digest digest = Digest.sha256(bytes);
    catalog.putManifest(
        MIRROR, new StoredManifest(digest, MediaType.OCI_MANIFEST, bytes), Optional.empty(), tag);
    return digest;
  }

  @Test
  void countsAddUpOverStartsDayByDay() throws Exception {
    catalog.statistics().add(DAY, Map.of("quay.io", hits(2), "docker.io", hits(1)), List.of());
    catalog.statistics().add(DAY, Map.of("quay.io", hits(3)), List.of());
    catalog.close();
    open();
    catalog.statistics().add(DAY.plusDays(1), Map.of("quay.io", hits(4)), List.of());

    assertThat(catalog.statistics().days())
        .isEqualTo(
            Map.of(
                DAY,
                Map.of("quay.io", hits(5), "docker.io", hits(1)),
                DAY.plusDays(1),
                Map.of("quay.io", hits(4))));
  }

  @Test
  void aDayIsForgottenAfterAYear() {
    Statistics statistics = catalog.statistics();
    statistics.add(DAY, Map.of("quay.io", hits(1)), List.of());
    statistics.add(DAY.plusDays(364), Map.of("quay.io", hits(1)), List.of());
    assertThat(statistics.days()).containsOnlyKeys(DAY, DAY.plusDays(364));

    statistics.add(DAY.plusDays(365), Map.of("quay.io", hits(1)), List.of());

    assertThat(statistics.days()).containsOnlyKeys(DAY.plusDays(364), DAY.plusDays(365));
  }

  @Test
  void anImageKnowsHowOftenAndWhenItWasPulledByEachOfItsNames() {
    put(catalog, "tagged", Optional.of(TAG));
    Digest untagged = put(catalog, "untagged", Optional.empty());
    Statistics statistics = catalog.statistics();
    statistics.add(
        DAY,
        Map.of(),
        List.of(
            new Pulls(MIRROR, TAG, 2, NOON),
            new Pulls(MIRROR, untagged, 1, NOON.plusSeconds(1)),
            new Pulls(MIRROR, new Tag("gone"), 1, NOON)));
    statistics.add(DAY, Map.of(), List.of(new Pulls(MIRROR, TAG, 3, NOON.plusSeconds(2))));

    assertThat(catalog.inventory().images(new Selection.All(), Optional.empty(), 10))
        .extracting(StoredImage::pulls, StoredImage::lastPulled)
        .containsExactly(
            tuple(5L, Optional.of(NOON.plusSeconds(2))),
            tuple(1L, Optional.of(NOON.plusSeconds(1))));
  }

  @Test
  void aTagThatMovesKeepsItsPulls() {
    put(catalog, "old", Optional.of(TAG));
    catalog.statistics().add(DAY, Map.of(), List.of(new Pulls(MIRROR, TAG, 2, NOON)));

    put(catalog, "new", Optional.of(TAG));

    assertThat(catalog.inventory().images(new Selection.All(), Optional.empty(), 10))
        .extracting(StoredImage::pulls)
        .contains(2L);
  }
}
