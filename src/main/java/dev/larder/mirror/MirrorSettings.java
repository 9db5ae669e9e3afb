package dev.larder.mirror;

import dev.larder.oci.RegistryName;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How mirrors treat what upstreams say.
 *
 * @param freshFor for how long an answer about a tag or a list isn't asked for again; zero asks
 *     each time
 * @param freshForUpstream the same for the upstreams that it names
 * @param absentFor for how long it is remembered that an upstream hasn't got something; zero asks
 *     each time
 * @param retries how long to wait before each attempt to go on with a blob that broke off. When
 *     they are used up, the fetch fails; an attempt that brings a mebibyte renews them
 */
public record MirrorSettings(
    Duration freshFor,
    Map<RegistryName, Duration> freshForUpstream,
    Duration absentFor,
    List<Duration> retries) {

  /** What holds where the configuration says nothing. */
  public static final MirrorSettings DEFAULT =
      new MirrorSettings(
          Duration.ofSeconds(30),
          Map.of(),
          Duration.ofSeconds(10),
          List.of(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(3)));

  public MirrorSettings {
    freshForUpstream = Map.copyOf(freshForUpstream);
    retries = List.copyOf(retries);
  }

  Freshness freshness(RegistryName upstream) {
    return new Freshness(freshForUpstream.getOrDefault(upstream, freshFor), absentFor);
  }
}
