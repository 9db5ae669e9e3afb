package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CapdManifestsTest {
  private final Recipe recipe = Recipes.usual(ContainerRuntime.CAPD);

  @Test
  void aMachineWritesTheFileBeforeKubeadmRuns() {
    assertThat(Recipes.yaml(recipe.text()).getFirst())
        .extracting("files")
        .isEqualTo(
            List.of(
                Map.of(
                    "path",
                    "/etc/containerd/certs.d/_default/hosts.toml",
                    "content",
                    Recipes.usual(ContainerRuntime.CONTAINERD).text())));
    assertThat(recipe.text().lines().filter(line -> line.contains("config_path"))).hasSize(1);
  }

  @Test
  void everyBootstrapInAFileGetsIt() throws MergeException {
    String merged =
        recipe.merge(
            """
            apiVersion: cluster.x-k8s.io/v1beta2
            kind: Cluster
            metadata: {name: "${CLUSTER_NAME}"}
            ---
            kind: KubeadmControlPlane
            spec:
              replicas: ${CONTROL_PLANE_MACHINE_COUNT} # as many
              kubeadmConfigSpec:
                preKubeadmCommands: [hostname]
            ---
            kind: KubeadmControlPlaneTemplate
            spec: {template: {spec: {kubeadmConfigSpec: {}}}}
            ---
            kind: KubeadmConfigTemplate
            spec:
              template:
                spec:
                  files:
                    - path: /other
                      content: x
            ---
            kind: KubeadmConfig
            """);
    assertThat(merged.split("path: /etc/containerd/certs.d/_default/hosts.toml", -1)).hasSize(5);
    assertThat(merged.split("systemctl restart containerd", -1)).hasSize(5);
    assertThat(merged).contains("# as many", "path: /other", "hostname");
    assertThat(Recipes.yaml(merged)).hasSize(5);
    assertThat(recipe.merge(merged)).isEqualTo(merged);
  }

  @Test
  void anotherFileInItsPlaceIsRefused() {
    assertThatThrownBy(
            () ->
                recipe.merge(
                    """
                    kind: KubeadmConfig
                    spec:
                      files:
                        - path: /etc/containerd/certs.d/_default/hosts.toml
                          content: |
                            server = "http://proxy:5000"
                    """))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("[host.\"http://larder:5000\"]");
  }

  @Test
  void aFileWithoutABootstrapIsRefused() {
    assertThatThrownBy(() -> recipe.merge("kind: DockerCluster\n"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("KubeadmConfigTemplate");
  }
}
