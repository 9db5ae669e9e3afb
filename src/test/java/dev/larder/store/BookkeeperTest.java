package dev.larder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.larder.metrics.Count;
import dev.larder.metrics.Counts;
import dev.larder.metrics.Metrics;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BookkeeperTest {
  private static final Instant NOW = Instant.parse("2026-03-01T23:59:59Z");
  private static final Optional<RegistryName> QUAY = Optional.of(new RegistryName("quay.io"));
  private static final RepositoryKey APP =
      RepositoryKey.mirrored(QUAY.orElseThrow(), new RepositoryName("org/app"));

  /** What was added, and a disk that may be full. */
  private static final class Ledger implements Statistics {
    final List<Map<String, Counts>> counts = new ArrayList<>();
    final List<Pulls> pulls = new ArrayList<>();
    boolean full;

    @Override
    public void add(LocalDate day, Map<String, Counts> more, List<Pulls> pulled) {
      if (full) {
        throw new UncheckedIOException(new IOException("no space left"));
      }
      assertThat(day).isEqualTo("2026-03-01");
      counts.add(more);
      pulls.addAll(pulled);
    }

    @Override
    public Map<LocalDate, Map<String, Counts>> days() {
      throw new UnsupportedOperationException();
    }
  }

  private final Ledger ledger = new Ledger();
  private final Metrics metrics = new Metrics(List.of("quay.io"));
  private final Bookkeeper bookkeeper = new Bookkeeper(ledger, metrics, () -> NOW);

  private static Map<String, Counts> hits(long number) {
    return Map.of("quay.io", new Counts(Map.of(Count.BLOB_HIT, number)));
  }

  @Test
  void whatIsKeptIsWhatWasCountedSinceTheLastTime() {
    metrics.add("quay.io", Count.BLOB_HIT, 2);
    bookkeeper.keep();
    bookkeeper.keep();
    metrics.add("quay.io", Count.BLOB_HIT, 3);
    bookkeeper.keep();

    assertThat(ledger.counts).containsExactly(hits(2), hits(3));
  }

  @Test
  void pullsOfAnImageAreKeptTogether() {
    bookkeeper.pulled(QUAY, "org/app", "1", NOW);
    bookkeeper.pulled(QUAY, "org/app", "1", NOW.plusSeconds(1));
    bookkeeper.keep();
    bookkeeper.pulled(QUAY, "org/app", "1", NOW.plusSeconds(2));
    bookkeeper.keep();

    assertThat(ledger.pulls)
        .containsExactly(
            new Pulls(APP, new Tag("1"), 2, NOW.plusSeconds(1)),
            new Pulls(APP, new Tag("1"), 1, NOW.plusSeconds(2)));
  }

  @Test
  void whatCouldntBeKeptIsKeptTheNextTime() {
    metrics.add("quay.io", Count.BLOB_HIT, 2);
    bookkeeper.pulled(QUAY, "org/app", "1", NOW);
    ledger.full = true;
    assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(bookkeeper::keep);
    ledger.full = false;
    bookkeeper.keep();

    assertThat(ledger.counts).containsExactly(hits(2));
    assertThat(ledger.pulls).hasSize(1);
  }

  @Test
  void theEndKeepsWhatThereIs() {
    bookkeeper.start();
    metrics.add("quay.io", Count.BLOB_HIT, 2);
    bookkeeper.close();

    assertThat(ledger.counts).containsExactly(hits(2));
  }

  @Test
  void theImagesThatAreRememberedAreBounded() {
    for (int i = 0; i < 60_000; i++) {
      bookkeeper.pulled(QUAY, "org/app", "t" + i, NOW);
    }
    bookkeeper.keep();

    assertThat(ledger.pulls).hasSize(50_000);
  }
}
