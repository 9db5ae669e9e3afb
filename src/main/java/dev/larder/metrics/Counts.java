package dev.larder.metrics;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How often each {@link Count} was counted.
 *
 * @param values without those that are 0
 */
public record Counts(Map<Count, Long> values) {
  /** Nothing. */
  public static final Counts NONE = new Counts(Map.of());

  private static final List<Count> HITS =
      List.of(
          Count.MANIFEST_HIT,
          Count.MANIFEST_REVALIDATED,
          Count.MANIFEST_STALE,
          Count.BLOB_HIT,
          Count.BLOB_REVALIDATED);

  public Counts {
    values = Map.copyOf(values);
  }

  /** One of them. */
  public long of(Count count) {
    return values.getOrDefault(count, 0L);
  }

  /** Both together. */
  public Counts plus(Counts other) {
    return combined(other, 1);
  }

  /** What was counted after {@code earlier}. */
  public Counts since(Counts earlier) {
    return combined(earlier, -1);
  }

  private Counts combined(Counts other, int factor) {
    Map<Count, Long> sums = new EnumMap<>(Count.class);
    for (Count count : Count.values()) {
      long sum = of(count) + factor * other.of(count);
      if (sum != 0) {
        sums.put(count, sum);
      }
    }
    return new Counts(sums);
  }

  /** Requests to mirrors that were answered from the store. */
  public long hits() {
    return HITS.stream().mapToLong(this::of).sum();
  }

  /** Requests to mirrors whose answers came from upstreams. */
  public long misses() {
    return of(Count.MANIFEST_MISS) + of(Count.BLOB_MISS);
  }

  /** Requests that failed, though what they asked for should have been there. */
  public long errors() {
    return of(Count.MANIFEST_ERROR) + of(Count.BLOB_ERROR);
  }

  /**
   * The bytes that clients got and no upstream had to send for it. None as long as upstreams have
   * sent more than clients took: a fetch goes on when its client leaves.
   */
  public long savedBytes() {
    return Math.max(0, of(Count.SERVED_BYTES) - of(Count.FETCHED_BYTES));
  }
}
