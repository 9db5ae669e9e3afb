package dev.larder.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a containerd is configured to do about registries.
 *
 * @param roots the folders in which it looks for a registry's {@code hosts.toml}, in its order;
 *     {@code config_path}, which may hold several
 * @param mirrors the registries with mirrors in the configuration itself, which rules out {@code
 *     config_path}
 * @param inlineTls those with TLS settings there, which rules it out too
 * @param cri whether it has the plugin that pulls for the kubelet at all
 */
record RegistryConfiguration(
    List<String> roots, List<String> mirrors, List<String> inlineTls, boolean cri) {

  /** The plugin that pulls for the kubelet, in configurations of version 3 and later. */
  static final String PLUGIN = "io.containerd.cri.v1.images";

  /** The one in configurations of version 2. */
  static final String OLD_PLUGIN = "io.containerd.grpc.v1.cri";

  /**
   * Reads it from a whole configuration.
   *
   * @throws Toml.MalformedException if it isn't TOML
   */
  static RegistryConfiguration parse(String toml) throws Toml.MalformedException {
    return of(Toml.parse(toml));
  }

  static RegistryConfiguration of(JsonNode configuration) {
    List<String> roots = new ArrayList<>();
    List<String> mirrors = new ArrayList<>();
    List<String> inlineTls = new ArrayList<>();
    boolean cri = false;
    for (String name : List.of(PLUGIN, OLD_PLUGIN)) {
      JsonNode plugin = configuration.path("plugins").path(name);
      cri |= plugin.isObject();
      JsonNode registry = plugin.path("registry");
      Stream.of(registry.path("config_path").asText().split(":"))
          .filter(root -> !root.isEmpty() && !roots.contains(root))
          .forEach(roots::add);
      registry.path("mirrors").fieldNames().forEachRemaining(mirrors::add);
      registry
          .path("configs")
          .properties()
          .forEach(
              entry -> {
                if (entry.getValue().path("tls").isObject()) {
                  inlineTls.add(entry.getKey());
                }
              });
    }
    return new RegistryConfiguration(
        List.copyOf(roots), List.copyOf(mirrors), List.copyOf(inlineTls), cri);
  }
}
