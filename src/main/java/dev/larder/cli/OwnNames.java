package dev.larder.cli;

import dev.larder.oci.RegistryName;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The names under which clients know this Larder: what the configuration says, and each name of the
 * machine's own loopback address, whatever the port. For to clients on a machine Larder is {@code
 * localhost} with the port at which it is published, which it can't know; and nobody has an
 * upstream at {@code localhost} without an entry that says so.
 *
 * @param names the configuration's
 * @param upstreams the upstreams that the configuration names
 */
record OwnNames(Set<RegistryName> names, Set<RegistryName> upstreams)
    implements Predicate<RegistryName> {

  static OwnNames of(Configuration configuration) {
    return new OwnNames(
        Set.copyOf(configuration.names()), Set.copyOf(configuration.upstreams().keySet()));
  }

  @Override
  public boolean test(RegistryName name) {
    return names.contains(name) || (name.isLoopback() && !upstreams.contains(name));
  }
}
