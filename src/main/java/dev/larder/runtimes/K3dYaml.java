package dev.larder.runtimes;

import dev.larder.oci.RegistryName;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A k3d cluster's configuration, with the {@code registries.yaml} of its nodes in it. Where Larder
 * is the container that {@code larder up} makes, k3d is told to connect it to the cluster's
 * network.
 *
 * @see <a href="https://k3d.io/stable/usage/configfile/">k3d, configuration file</a>
 */
record K3dYaml(Wiring wiring, List<String> notes) implements Recipe {
  private static final String SKELETON =
      """
      apiVersion: k3d.io/v1alpha5
      kind: Simple
      """;

  /** The container of {@code larder up}. */
  private static final RegistryName CONTAINER = new RegistryName("larder:5000");

  @Override
  public String skeleton() {
    return SKELETON;
  }

  @Override
  public String merge(String file) throws MergeException {
    YamlFile yaml = YamlFile.parse(file);
    YamlMap root = yaml.only();
    if (root.text("kind").filter("Simple"::equals).isEmpty()
        || root.text("apiVersion").filter(version -> version.startsWith("k3d.io/")).isEmpty()) {
      throw new MergeException("this is not a configuration of k3d: expected kind: Simple");
    }
    YamlMap registries = root.mapOrNew("registries");
    if (wiring.server().name().equals(CONTAINER)) {
      use(registries);
    }
    config(registries);
    if (wiring.strict()) {
      forbidOrigin(root.mapOrNew("options").mapOrNew("k3s"));
    }
    return yaml.write();
  }

  private static void use(YamlMap registries) throws MergeException {
    String host = CONTAINER.value().replaceAll(":.*", "");
    for (String there : registries.texts("use")) {
      if (there.equals(host) || there.startsWith(host + ":")) {
        return;
      }
    }
    registries.append("use", YamlMap.scalar(CONTAINER.value()));
  }

  private void config(YamlMap registries) throws MergeException {
    Optional<String> there = registries.text("config").filter(text -> !text.isBlank());
    // As k3d tells a file's name from a file's text.
    if (there.isPresent() && !there.get().contains("\n")) {
      throw new MergeException(
          "its registries.config names a file: merge into that one, by larder config k3s%s --merge"
                  .formatted(wiring.flags(ContainerRuntime.K3S.server()))
              + " "
              + there.get());
    }
    registries.put("config", RegistriesYaml.merge(wiring, there.orElse("")));
  }

  private static void forbidOrigin(YamlMap k3s) throws MergeException {
    for (YamlMap there : k3s.maps("extraArgs")) {
      if (there.text("arg").filter(RegistriesYaml.STRICT_ARGUMENT::equals).isPresent()) {
        return;
      }
    }
    YamlMap argument = YamlMap.empty().put("arg", RegistriesYaml.STRICT_ARGUMENT);
    for (String nodes : List.of("server:*", "agent:*")) {
      Node filter = YamlMap.scalar(nodes);
      argument.append("nodeFilters", filter);
    }
    k3s.append("extraArgs", argument.node());
  }
}
