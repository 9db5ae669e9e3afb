package dev.larder.cli;

import dev.larder.oci.RegistryName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The names under which clients know this Larder. */
final class OwnNames {
  private OwnNames() {}

  /** What clients on this machine call the listeners, and what the configuration adds. */
  static Set<RegistryName> of(Configuration configuration) {
    Set<RegistryName> names = new HashSet<>(configuration.names());
    for (ListenAddress listen : configuration.listen()) {
      for (String host : List.of("localhost", "127.0.0.1", "[::1]")) {
        names.add(new RegistryName(host + ":" + listen.port()));
      }
    }
    return names;
  }
}
