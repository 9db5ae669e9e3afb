package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ColimaYamlTest {
  private final Recipe recipe = Recipes.usual(ContainerRuntime.COLIMA);

  @Test
  void theEnginesMirrorIsLarder() {
    assertThat(Recipes.yaml(recipe.text()))
        .containsExactly(
            Map.of(
                "docker", Map.of("registry-mirrors", List.of("http://localhost:5001/docker.io"))));
  }

  @Test
  void colimasOwnFileKeepsItsComments() throws MergeException {
    String file =
        """
        # Number of CPUs to be allocated to the virtual machine.
        # Default: 2
        cpu: 2

        # Docker daemon configuration that maps directly to daemon.json.
        #
        # EXAMPLE - disable buildkit
        # docker:
        #   features:
        #     buildkit: false
        #
        # Default: {}
        docker: {}

        # Default: []
        mounts: []
        """;
    String merged = Recipes.at(ContainerRuntime.COLIMA, "192.168.5.2:5001").merge(file);
    assertThat(merged)
        .isEqualTo(
            file.replace(
                "\ndocker: {}\n",
                """

                docker:
                  registry-mirrors:
                    - http://192.168.5.2:5001/docker.io
                  insecure-registries:
                    - 192.168.5.2:5001
                """));
  }

  @Test
  void anotherRuntimeThanDockerIsRefused() {
    assertThatThrownBy(() -> recipe.merge("runtime: containerd\n"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("larder config containerd");
  }
}
