package dev.larder.mirror;

import dev.larder.oci.RegistryName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How mirrors treat what upstreams say.
 *
 * @param freshness for how long their answers count, where nothing else is said
 * @param freshnessOf the same for the upstreams that it names
 * @param retries how long to wait before each attempt to go on with a blob that broke off. When
 *     they are used up, the fetch fails; an attempt that brings a mebibyte renews them
 * @param ranges when large blobs come by several ranges at once
 * @param passChallenges whether clients are told of upstreams' challenges, and their tokens go
 *     there
 */
public record MirrorSettings(
    Freshness freshness,
    Map<RegistryName, Freshness> freshnessOf,
    List<Duration> retries,
    RangeSettings ranges,
    boolean passChallenges) {

  /** What holds where the configuration says nothing. */
  public static final MirrorSettings DEFAULT =
      new MirrorSettings(
          new Freshness(Duration.ofSeconds(30), Duration.ofSeconds(10), Optional.empty()),
          Map.of(),
          List.of(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(3)),
          RangeSettings.DEFAULT,
          true);

  public MirrorSettings {
    freshnessOf = Map.copyOf(freshnessOf);
    retries = List.copyOf(retries);
  }

  Freshness freshness(RegistryName upstream) {
    return freshnessOf.getOrDefault(upstream, freshness);
  }
}
