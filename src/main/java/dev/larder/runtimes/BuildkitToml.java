package dev.larder.runtimes;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.oci.RegistryName;
import java.util.List;
import java.util.stream.Stream;

/**
 * A {@code buildkitd.toml}: a table for each registry, whose mirror is a path of Larder's, and one
 * that says how Larder itself is reached.
 *
 * @see <a
 *     href="https://github.com/moby/buildkit/blob/master/docs/buildkitd.toml.md">buildkitd.toml</a>
 */
record BuildkitToml(Wiring wiring, List<String> notes) implements Recipe {

  @Override
  public String merge(String file) throws MergeException {
    JsonNode said = TomlText.parse(file).path("registry");
    StringBuilder added = new StringBuilder();
    for (RegistryName registry : registries()) {
      JsonNode there = said.path(registry.value());
      JsonNode wanted = TomlText.parse(table(registry)).path("registry").path(registry.value());
      if (there.isMissingNode()) {
        added.append(added.isEmpty() ? "" : "\n").append(table(registry));
      } else if (!leadsToLarder(there, wanted)) {
        throw new MergeException(
            "there is a table for %s in it; make it say\n%s".formatted(registry, table(registry)));
      }
    }
    return added.isEmpty() ? file : TomlText.append(file, added.toString());
  }

  private List<RegistryName> registries() {
    return Stream.concat(wiring.upstreams().stream(), Stream.of(wiring.server().name()))
        .distinct()
        .toList();
  }

  private String table(RegistryName registry) {
    ServerAddress server = wiring.server();
    String says =
        registry.equals(server.name())
            ? "http = " + !server.tls()
            : "mirrors = [\"%s/%s\"]".formatted(server.name(), registry);
    return """
    [registry."%s"]
      %s
    """
        .formatted(registry, says);
  }

  private static boolean leadsToLarder(JsonNode there, JsonNode wanted) {
    return there.path("http").asBoolean() == wanted.path("http").asBoolean()
        && wanted
            .path("mirrors")
            .valueStream()
            .allMatch(
                mirror -> there.path("mirrors").valueStream().anyMatch(one -> one.equals(mirror)));
  }
}
