package dev.larder.upstream;

import dev.larder.oci.RegistryName;
import java.util.Set;

/**
 * Which registries may be mirrored.
 *
 * @param allowOthers whether those too that the configuration doesn't name
 * @param denied those that may not, named or not
 */
public record UpstreamRules(boolean allowOthers, Set<RegistryName> denied) {
  /** Every public registry. */
  public static final UpstreamRules ALL = new UpstreamRules(true, Set.of());

  public UpstreamRules {
    denied = Set.copyOf(denied);
  }
}
