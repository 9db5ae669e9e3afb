package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class K3dYamlTest {
  private static final String HEAD = "apiVersion: k3d.io/v1alpha5\nkind: Simple\n";
  private static final String MIRRORS =
      "mirrors:\n  '*':\n    endpoint:\n      - http://larder:5000\n";

  private final Recipe recipe = Recipes.usual(ContainerRuntime.K3D);

  @Test
  void larderIsConnectedAndIsTheMirrorOfEveryRegistry() {
    assertThat(Recipes.yaml(recipe.text()).getFirst())
        .extracting("registries")
        .isEqualTo(Map.of("use", List.of("larder:5000"), "config", MIRRORS));
  }

  @Test
  void aLarderThatIsNoContainerOfThisEngineIsNotConnected() {
    assertThat(Recipes.at(ContainerRuntime.K3D, "10.1.2.3:5000").text())
        .contains("http://10.1.2.3:5000")
        .doesNotContain("use:");
  }

  @Test
  void strictlyTheServersAndAgentsGetAnArgument() throws MergeException {
    Recipe strict = Recipes.strict(ContainerRuntime.K3D);
    assertThat(Recipes.yaml(strict.text()).getFirst())
        .extracting("options")
        .isEqualTo(
            Map.of(
                "k3s",
                Map.of(
                    "extraArgs",
                    List.of(
                        Map.of(
                            "arg",
                            "--disable-default-registry-endpoint",
                            "nodeFilters",
                            List.of("server:*", "agent:*"))))));
    assertThat(strict.merge(strict.text())).isEqualTo(strict.text());
  }

  @Test
  void theNodesRegistriesYamlIsMergedInside() throws MergeException {
    String merged =
        recipe.merge(
            HEAD
                + """
                agents: 2 # enough
                registries:
                  use: [k3d-other:5000, "larder:5001"]
                  config: |
                    # mine
                    mirrors:
                      docker.io:
                        endpoint: [https://mirror.example]
                """);
    assertThat(merged).contains("# enough", "# mine", "https://mirror.example");
    assertThat(merged.split("http://larder:5000", -1)).hasSize(3);
    assertThat(merged).doesNotContain("larder:5000\"").contains("larder:5001");
    assertThat(recipe.merge(merged)).isEqualTo(merged);
  }

  @Test
  void aFileThatItNamesIsToBeMergedIntoItself() {
    assertThatThrownBy(() -> recipe.merge(HEAD + "registries: {config: registries.yaml}\n"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("larder config k3s --server larder:5000 --merge registries.yaml");
  }

  @Test
  void aFileOfSomethingElseIsRefused() {
    assertThatThrownBy(() -> recipe.merge("kind: Cluster\n")).isInstanceOf(MergeException.class);
  }
}
