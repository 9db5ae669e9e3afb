package dev.larder.store;

import dev.larder.metrics.Counts;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/**
 * What was counted, kept over restarts: by upstream and day for {@value #DAYS} days, and by image
 * for as long as that is here. Safe for use by many threads; methods throw {@link
 * java.io.UncheckedIOException} as those of {@link Catalog}.
 */
public interface Statistics {
  /** For how many days it is known what was counted on them. */
  int DAYS = 365;

  /**
   * Adds to what is known, all or nothing, and forgets the days that are too long ago.
   *
   * @param day today, in UTC
   * @param counts what was counted, by upstream; as {@link dev.larder.metrics.Metrics} calls them
   * @param pulls which images were asked for; those that aren't here are left out
   */
  void add(LocalDate day, Map<String, Counts> counts, List<Pulls> pulls);

  /** What was counted on each day that is known, by upstream. */
  Map<LocalDate, Map<String, Counts>> days();
}
