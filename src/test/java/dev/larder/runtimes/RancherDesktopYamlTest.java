package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RancherDesktopYamlTest {
  private final Recipe recipe = Recipes.usual(ContainerRuntime.RANCHER_DESKTOP);

  @Test
  void aScriptWritesTheFileWhereEachOfItsRuntimesLooks() {
    assertThat(recipe.text())
        .contains("/var/lib/rancher/k3s/agent/etc/containerd /etc/containerd /etc/docker")
        .contains("[host.\"http://localhost:5001\"]");
  }

  @Test
  void otherScriptsStayAndItsOwnIsRenewed() throws MergeException {
    String file = "provision:\n  - mode: system\n    script: echo mine\nmounts: []\n";
    String merged = recipe.merge(file);
    String again = Recipes.at(ContainerRuntime.RANCHER_DESKTOP, "10.0.0.1:5000").merge(merged);
    assertThat(again)
        .contains("echo mine", "http://10.0.0.1:5000")
        .doesNotContain("localhost:5001");
    assertThat(Recipes.yaml(again).getFirst())
        .extracting("provision")
        .satisfies(provision -> assertThat((List<?>) provision).hasSize(2));
    assertThat(Recipes.yaml(again).getFirst()).isInstanceOf(Map.class);
  }
}
