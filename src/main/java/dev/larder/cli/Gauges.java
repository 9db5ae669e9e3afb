package dev.larder.cli;

import dev.larder.metrics.Metrics;
import dev.larder.mirror.Mirrors;
import dev.larder.oci.RegistryName;
import dev.larder.store.Evictor;
import dev.larder.upstream.RateLimit;
import dev.larder.upstream.Upstreams;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What metrics show beside counters: how a Larder is when they are asked for. */
final class Gauges {
  private Gauges() {}

  /** Adds them. */
  static void addTo(
      Metrics metrics, DataFolder folder, Evictor evictor, Upstreams upstreams, Mirrors mirrors) {
    metrics.gauges(
        "larder.build",
        "Always 1; its label tells the version.",
        "version",
        () -> Map.of(Version.current(), 1.0));
    metrics.gauge(
        "larder.fetches.in.progress",
        "Blobs that are on their way from upstreams.",
        () -> mirrors.fetches().size());
    metrics.gauge(
        "larder.store.bytes",
        "Bytes of all blobs that are kept.",
        () -> folder.inventory().allBytes());
    metrics.gauge(
        "larder.cache.bytes",
        "Bytes of what is mirrored; of the store's, those that may be evicted.",
        evictor::size);
    metrics.gauge(
        "larder.cache.capacity.bytes", "Bytes that what is mirrored may have.", evictor::capacity);
    metrics.gauge(
        "larder.disk.free.bytes",
        "Bytes that Larder may still write to the file system of its folder.",
        () -> folder.disk().free());
    metrics.gauge(
        "larder.disk.size.bytes",
        "Bytes of the file system of Larder's folder.",
        () -> folder.disk().total());
    metrics.gauges(
        "larder.upstream.ratelimit.limit",
        "Pulls that an upstream allows in a window, as it said last.",
        "upstream",
        () -> ofUpstreams(metrics, name -> limit(upstreams, name).map(RateLimit::limit)));
    metrics.gauges(
        "larder.upstream.ratelimit.remaining",
        "Pulls that were left in an upstream's window when it last said so.",
        "upstream",
        () -> ofUpstreams(metrics, name -> limit(upstreams, name).map(RateLimit::remaining)));
    metrics.gauges(
        "larder.upstream.circuit.open",
        "1 while an upstream isn't asked, since it let requests wait or wants to be left alone.",
        "upstream",
        () -> ofUpstreams(metrics, name -> leftAlone(upstreams, name)));
  }

  /** Of those upstreams that have counters of their own, whose number is bounded. */
  private static Map<String, Double> ofUpstreams(
      Metrics metrics, Function<RegistryName, Optional<Long>> value) {
    Map<String, Double> values = new HashMap<>();
    for (String upstream : metrics.upstreams()) {
      RegistryName.parse(upstream)
          .flatMap(value)
          .ifPresent(number -> values.put(upstream, (double) number));
    }
    return values;
  }

  private static Optional<Long> leftAlone(Upstreams upstreams, RegistryName name) {
    return upstreams.registry(name).map(registry -> registry.leftAlone().isPresent() ? 1L : 0L);
  }

  private static Optional<RateLimit> limit(Upstreams upstreams, RegistryName name) {
    return upstreams.registry(name).flatMap(registry -> registry.rateLimit());
  }
}
