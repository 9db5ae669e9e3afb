package dev.larder.metrics;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counters by upstream. Clients make up the names of upstreams, so their number is bounded: those
 * that aren't configured are counted by name once they have been of use, and only so many of them.
 * Safe for use by many threads; counting takes no lock.
 */
public final class Metrics {
  /** Where it is counted what was pushed here. */
  public static final String HOSTED = "";

  /** Where all upstreams are counted that have no counters of their own; no registry's name. */
  public static final String OTHERS = "*";

  private static final int MAX_UNCONFIGURED = 100;

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final ConcurrentHashMap<String, Map<Count, Counter>> counters = new ConcurrentHashMap<>();
  private final Map<Count, Counter> others;
  private final AtomicInteger room = new AtomicInteger(MAX_UNCONFIGURED);

  /**
   * @param configured the upstreams that are counted by name in any case
   */
  public Metrics(Collection<String> configured) {
    this.others = register(OTHERS);
    counters.put(OTHERS, others);
    counters.put(HOSTED, register(HOSTED));
    configured.forEach(name -> counters.computeIfAbsent(name, this::register));
  }

  private Map<Count, Counter> register(String upstream) {
    Map<Count, Counter> meters = new EnumMap<>(Count.class);
    for (Count count : Count.values()) {
      meters.put(count, registry.counter(count.meter(), count.tags().and("upstream", upstream)));
    }
    return meters;
  }

  /** Says that an upstream is of use: it is counted by name from now on, if there is room. */
  public void admit(String upstream) {
    if (counters.containsKey(upstream) || room.get() <= 0) {
      return;
    }
    counters.computeIfAbsent(upstream, name -> room.getAndDecrement() > 0 ? register(name) : null);
  }

  /** Counts something of an upstream, or of what is {@link #HOSTED}. */
  public void add(String upstream, Count count, long number) {
    Map<Count, Counter> own = counters.get(upstream);
    if (number > 0) {
      requireNonNull((own == null ? others : own).get(count)).increment((double) number);
    }
  }

  /** What has been counted since the start, by upstream; without those of which nothing was. */
  public Map<String, Counts> counts() {
    Map<String, Counts> all = new HashMap<>();
    counters.forEach(
        (upstream, meters) -> {
          Map<Count, Long> values = new EnumMap<>(Count.class);
          meters.forEach(
              (count, counter) -> {
                if (counter.count() > 0) {
                  values.put(count, (long) counter.count());
                }
              });
          if (!values.isEmpty()) {
            all.put(upstream, new Counts(values));
          }
        });
    return all;
  }
}
