package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TalosYamlTest {
  private static final Map<String, Object> EVERY =
      Map.of(
          "apiVersion", "v1alpha1",
          "kind", "RegistryMirrorConfig",
          "name", "*",
          "endpoints", List.of(Map.of("url", "http://larder:5000")));

  private final Recipe recipe = Recipes.usual(ContainerRuntime.TALOS);

  @Test
  void everyRegistryHasLarderAsItsMirror() {
    assertThat(Recipes.yaml(recipe.text())).containsExactly(EVERY);
  }

  @Test
  void strictlyTheRegistryItselfIsSkipped() {
    assertThat(Recipes.yaml(Recipes.strict(ContainerRuntime.TALOS).text()).getFirst())
        .extracting("skipFallback")
        .isEqualTo(true);
  }

  @Test
  void aMachineConfigurationGetsADocument() throws MergeException {
    String merged =
        recipe.merge(
            """
            version: v1alpha1 # Talos
            machine: {type: worker}
            ---
            apiVersion: v1alpha1
            kind: RegistryMirrorConfig
            name: ghcr.io
            endpoints:
              - url: https://mirror.example
            """);
    assertThat(merged).contains("# Talos");
    List<Object> documents = Recipes.yaml(merged);
    assertThat(documents).hasSize(3).last().isEqualTo(EVERY);
    assertThat(documents.get(1))
        .extracting("endpoints")
        .isEqualTo(
            List.of(Map.of("url", "http://larder:5000"), Map.of("url", "https://mirror.example")));
    assertThat(recipe.merge(merged)).isEqualTo(merged);
  }

  @Test
  void mirrorsOfTheOlderFormGetLarderWhereTheyAre() throws MergeException {
    String merged =
        recipe.merge(
            """
            version: v1alpha1
            machine:
              registries:
                mirrors:
                  docker.io:
                    endpoints: [https://mirror.example]
            """);
    assertThat(Recipes.yaml(merged))
        .containsExactly(
            Map.of(
                "version",
                "v1alpha1",
                "machine",
                Map.of(
                    "registries",
                    Map.of(
                        "mirrors",
                        Map.of(
                            "docker.io",
                            Map.of(
                                "endpoints",
                                List.of("http://larder:5000", "https://mirror.example")),
                            "*",
                            Map.of("endpoints", List.of("http://larder:5000")))))));
  }

  @Test
  void anEntryWithAPathOfItsOwnIsRefused() {
    assertThatThrownBy(
            () ->
                recipe.merge(
                    """
                    machine:
                      registries:
                        mirrors:
                          docker.io: {endpoints: [https://a.example/v2/hub], overridePath: true}
                    """))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("overridePath");
  }
}
