package dev.larder.upstream;

import dev.larder.oci.RegistryName;
import java.util.Set;

/**
 * Which registries may be mirrored, and whether they may be asked.
 *
 * @param allowOthers whether those too that the configuration doesn't name
 * @param denied those that may not, named or not
 * @param offline whether none of them is asked anything: what is here of them is all there is
 */
public record UpstreamRules(boolean allowOthers, Set<RegistryName> denied, boolean offline) {
  /** Every public registry. */
  public static final UpstreamRules ALL = new UpstreamRules(true, Set.of(), false);

  public UpstreamRules {
    denied = Set.copyOf(denied);
  }
}
