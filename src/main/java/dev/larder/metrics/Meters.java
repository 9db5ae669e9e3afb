package dev.larder.metrics;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** The meters of one upstream. */
final class Meters {
  /** Between a registry next door and one that is about to be given up. */
  private static final Duration[] LATENCIES = {
    Duration.ofMillis(10),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(10)
  };

  private final Map<Count, Counter> counts = new EnumMap<>(Count.class);
  private final Map<Asked, Counter> questions = new EnumMap<>(Asked.class);
  private final Timer latency;

  Meters(MeterRegistry registry, String upstream) {
    Tags tags = Tags.of("upstream", upstream);
    for (Count count : Count.values()) {
      counts.put(
          count,
          Counter.builder(count.meter())
              .description(count.help())
              .tags(count.tags().and(tags))
              .register(registry));
    }
    for (Asked asked : Asked.values()) {
      questions.put(
          asked,
          Counter.builder("larder.upstream.requests")
              .description("Questions to upstreams, by how they ended.")
              .tags(tags.and("outcome", asked.name().toLowerCase(Locale.ROOT)))
              .register(registry));
    }
    this.latency =
        Timer.builder("larder.upstream.request")
            .description(
                "Until upstreams answered; of blobs, until their first byte could be read.")
            .tags(tags)
            .serviceLevelObjectives(LATENCIES)
            .register(registry);
  }

  void add(Count count, long number) {
    requireNonNull(counts.get(count)).increment((double) number);
  }

  void asked(Asked how, Duration took) {
    requireNonNull(questions.get(how)).increment();
    if (how != Asked.FAILED) {
      latency.record(took);
    }
  }

  /** What has been counted, without what wasn't. */
  Counts counts() {
    Map<Count, Long> values = new EnumMap<>(Count.class);
    counts.forEach(
        (count, counter) -> {
          if (counter.count() > 0) {
            values.put(count, (long) counter.count());
          }
        });
    return new Counts(values);
  }
}
