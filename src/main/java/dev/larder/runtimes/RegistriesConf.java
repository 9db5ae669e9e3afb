package dev.larder.runtimes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.oci.RegistryName;
import java.util.List;

/**
 * A {@code registries.conf} of Podman, Buildah, skopeo and CRI-O: an entry for each registry, whose
 * mirror is a path of Larder's.
 *
 * @see <a
 *     href="https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md">containers-registries.conf(5)</a>
 */
record RegistriesConf(Wiring wiring, List<String> notes) implements Recipe {

  @Override
  public String merge(String file) throws MergeException {
    JsonNode said = TomlText.parse(file);
    JsonNode old = said.path("registries");
    if (old.has("search") || old.has("insecure") || old.has("block")) {
      throw new MergeException(
          "this is the first version of the format ([registries.search]), which knows no mirrors");
    }
    StringBuilder added = new StringBuilder();
    if (!says(said, wiring.server().name())) {
      added.append(entry(wiring.server().name()));
    }
    for (RegistryName upstream : wiring.upstreams()) {
      if (!says(said, upstream)) {
        added.append(added.isEmpty() ? "" : "\n").append(entry(upstream));
      }
    }
    return added.isEmpty() ? file : TomlText.append(file, added.toString());
  }

  private String entry(RegistryName registry) {
    ServerAddress server = wiring.server();
    if (registry.equals(server.name())) {
      return """
      [[registry]]
      location = "%s"
      insecure = %s
      """
          .formatted(registry, !server.tls());
    }
    String path = "%s/%s".formatted(server.name(), registry);
    // With another location the registry itself is never asked; a mirror falls back to it.
    return wiring.strict()
        ? """
        [[registry]]
        prefix = "%s"
        location = "%s"
        insecure = %s
        """
            .formatted(registry, path, !server.tls())
        : """
        [[registry]]
        location = "%s"

        [[registry.mirror]]
        location = "%s"
        insecure = %s
        """
            .formatted(registry, path, !server.tls());
  }

  /**
   * Whether there is an entry for that registry, and one that leads to Larder.
   *
   * @throws MergeException if there is one that leads elsewhere
   */
  private boolean says(JsonNode said, RegistryName registry) throws MergeException {
    JsonNode wanted = TomlText.parse(entry(registry)).path("registry").path(0);
    for (JsonNode there : said.path("registry")) {
      if (prefix(there).equals(registry.value())) {
        if (leadsToLarder(there, wanted)) {
          return true;
        }
        throw new MergeException(
            """
            there is an entry for %s in it, and there may be only one; make it say
            %s\
            """
                .formatted(registry, entry(registry)));
      }
    }
    return false;
  }

  private static String prefix(JsonNode entry) {
    String prefix = entry.path("prefix").asText();
    return prefix.isEmpty() ? entry.path("location").asText() : prefix;
  }

  private static boolean leadsToLarder(JsonNode there, JsonNode wanted) {
    return there.path("location").equals(wanted.path("location"))
        && there.path("insecure").asBoolean() == wanted.path("insecure").asBoolean()
        && wanted
            .path("mirror")
            .valueStream()
            .allMatch(
                mirror -> there.path("mirror").valueStream().anyMatch(one -> one.equals(mirror)));
  }
}
