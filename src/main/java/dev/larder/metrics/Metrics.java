package dev.larder.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Counters by upstream, and whatever else is to be seen of a Larder, as text for Prometheus.
 * Clients make up the names of upstreams, so their number is bounded: those that aren't configured
 * are counted by name once they have been of use, and only so many of them. Safe for use by many
 * threads; counting takes no lock.
 */
public final class Metrics implements Closeable {
  /** Where it is counted what was pushed here. */
  public static final String HOSTED = "";

  /** Where all upstreams are counted that have no counters of their own; no registry's name. */
  public static final String OTHERS = "*";

  /** The type of {@link #text}. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final int MAX_UNCONFIGURED = 100;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ConcurrentHashMap<String, Meters> meters = new ConcurrentHashMap<>();
  private final Meters others;
  private final AtomicInteger room = new AtomicInteger(MAX_UNCONFIGURED);

  /** Not before somebody asks: a start has no time for what may never be looked at. */
  private Optional<ProcessMeters> process = Optional.empty();

  /** Brings values that aren't known until somebody asks into the registry. */
  private final List<Runnable> refreshes = new ArrayList<>();

  /**
   * @param configured the upstreams that are counted by name in any case
   */
  public Metrics(Collection<String> configured) {
    this.others = register(OTHERS);
    meters.put(OTHERS, others);
    meters.put(HOSTED, register(HOSTED));
    configured.forEach(name -> meters.computeIfAbsent(name, this::register));
  }

  private Meters register(String upstream) {
    return new Meters(registry, upstream);
  }

  /** Says that an upstream is of use: it is counted by name from now on, if there is room. */
  public void admit(String upstream) {
    if (meters.containsKey(upstream) || room.get() <= 0) {
      return;
    }
    meters.computeIfAbsent(upstream, name -> room.getAndDecrement() > 0 ? register(name) : null);
  }

  /** Counts something of an upstream, or of what is {@link #HOSTED}. */
  public void add(String upstream, Count count, long number) {
    if (number > 0) {
      of(upstream).add(count, number);
    }
  }

  /**
   * Counts a question to an upstream.
   *
   * @param took how long it was until the answer; isn't looked at where there was none
   */
  public void asked(String upstream, Asked how, Duration took) {
    of(upstream).asked(how, took);
  }

  private Meters of(String upstream) {
    Meters own = meters.get(upstream);
    return own == null ? others : own;
  }

  /** The upstreams that are counted by name. */
  public Set<String> upstreams() {
    Set<String> names = new HashSet<>(meters.keySet());
    names.removeAll(Set.of(HOSTED, OTHERS));
    return names;
  }

  /** What has been counted since the start, by upstream; without those of which nothing was. */
  public Map<String, Counts> counts() {
    Map<String, Counts> all = new HashMap<>();
    meters.forEach(
        (upstream, own) -> {
          Counts counts = own.counts();
          if (!counts.equals(Counts.NONE)) {
            all.put(upstream, counts);
          }
        });
    return all;
  }

  /**
   * Adds a counter.
   *
   * @param name with dots, without the {@code _total} that it gets: {@code larder.evictions}
   * @param help what it counts: a sentence
   * @param labels names and values, in turn; of a bounded number
   * @return counts
   */
  public LongConsumer counter(String name, String help, String... labels) {
    Counter counter =
        Counter.builder(name).description(help).tags(Tags.of(labels)).register(registry);
    return number -> counter.increment((double) number);
  }

  /**
   * Adds a value that is looked up whenever the text is asked for.
   *
   * @param name with dots and its unit, which is one of Prometheus' base units
   */
  public void gauge(String name, String help, DoubleSupplier value) {
    Gauge.builder(name, value::getAsDouble)
        .description(help)
        .strongReference(true)
        .register(registry);
  }

  /**
   * The same for several values; one that isn't given any more is gone.
   *
   * @param label tells them apart; of a bounded number of values
   */
  public void gauges(String name, String help, String label, Supplier<Map<String, Double>> values) {
    MultiGauge gauges = MultiGauge.builder(name).description(help).register(registry);
    refreshes.add(
        () ->
            gauges.register(
                values.get().entrySet().stream()
                    .<Row<?>>map(one -> Row.of(Tags.of(label, one.getKey()), one.getValue()))
                    .toList(),
                true));
  }

  /**
   * Everything, in Prometheus' text format; what it needs to look up may block.
   *
   * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">Prometheus,
   *     exposition formats</a>
   */
  public synchronized String text() {
    if (process.isEmpty()) {
      process = Optional.of(new ProcessMeters(registry));
    }
    refreshes.forEach(Runnable::run);
    return registry.scrape();
  }

  /** Lets go of the virtual machine that it watches. */
  @Override
  public synchronized void close() {
    process.ifPresent(ProcessMeters::close);
    registry.close();
  }
}
