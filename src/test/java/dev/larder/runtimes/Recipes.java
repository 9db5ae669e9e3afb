package dev.larder.runtimes;

import dev.larder.oci.RegistryName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Recipes to test, and what they print as values. */
final class Recipes {
  private Recipes() {}

  /** As {@code larder config RUNTIME} has it. */
  static Recipe usual(ContainerRuntime runtime) {
    return runtime.recipe(wiring(runtime));
  }

  static Wiring wiring(ContainerRuntime runtime) {
    return new Wiring(runtime.server(), false, Wiring.USUAL_UPSTREAMS, Optional.empty());
  }

  /** With {@code --strict}. */
  static Recipe strict(ContainerRuntime runtime) {
    Wiring usual = wiring(runtime);
    return runtime.recipe(new Wiring(usual.server(), true, usual.upstreams(), Optional.empty()));
  }

  /** With {@code --server}. */
  static Recipe at(ContainerRuntime runtime, String server) {
    ServerAddress address = ServerAddress.parse(server).orElseThrow();
    return runtime.recipe(new Wiring(address, false, Wiring.USUAL_UPSTREAMS, Optional.empty()));
  }

  /** With {@code --upstreams}. */
  static Recipe of(ContainerRuntime runtime, String... upstreams) {
    List<RegistryName> names = Stream.of(upstreams).map(RegistryName::new).toList();
    return runtime.recipe(new Wiring(runtime.server(), false, names, Optional.empty()));
  }

  /** With {@code --mount}. */
  static Recipe mounting(String folder) {
    ServerAddress server = ContainerRuntime.KIND.server();
    return ContainerRuntime.KIND.recipe(new Wiring(server, false, List.of(), Optional.of(folder)));
  }

  /** The documents of a YAML file. */
  static List<Object> yaml(String text) {
    List<Object> documents = new ArrayList<>();
    new Load(LoadSettings.builder().build()).loadAllFromString(text).forEach(documents::add);
    return documents;
  }
}
