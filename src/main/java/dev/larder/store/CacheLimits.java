package dev.larder.store;

import dev.larder.oci.RegistryName;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How much mirrored content stays, and for how long.
 *
 * @param size how much
 * @param keepFor for how long what an upstream has sent stays while nobody uses it; those that it
 *     doesn't name have no such limit
 */
public record CacheLimits(CacheSize size, Map<RegistryName, Duration> keepFor) {

  /** What holds where the configuration says nothing. */
  public static final CacheLimits DEFAULT = new CacheLimits(new CacheSize.HalfOfRoom(), Map.of());

  public CacheLimits {
    keepFor = Map.copyOf(keepFor);
  }

  /** The shortest time for which anything stays. */
  Optional<Duration> shortest() {
    return keepFor.values().stream().min(Duration::compareTo);
  }
}
