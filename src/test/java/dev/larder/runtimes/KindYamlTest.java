package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KindYamlTest {
  private static final String PATCH =
      "[plugins.\"io.containerd.grpc.v1.cri\".registry]\n"
          + "  config_path = \"/etc/containerd/certs.d\"";
  private static final String HEAD = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n";

  private final Recipe recipe = Recipes.usual(ContainerRuntime.KIND);

  @Test
  void containerdIsGivenAFolderByAPatchWithoutAVersion() {
    assertThat(Recipes.yaml(recipe.text()))
        .containsExactly(
            Map.of(
                "kind", "Cluster",
                "apiVersion", "kind.x-k8s.io/v1alpha4",
                "containerdConfigPatches", List.of(PATCH)));
    assertThat(recipe.notes()).anyMatch(line -> line.contains("larder attach"));
  }

  @Test
  void aFolderOfTheHostIsMountedInTheOnlyNode() {
    Recipe mounting = Recipes.mounting("/home/me/certs.d");
    assertThat(Recipes.yaml(mounting.text()).getFirst())
        .extracting("nodes")
        .isEqualTo(
            List.of(
                Map.of(
                    "role",
                    "control-plane",
                    "extraMounts",
                    List.of(
                        Map.of(
                            "hostPath",
                            "/home/me/certs.d",
                            "containerPath",
                            "/etc/containerd/certs.d",
                            "readOnly",
                            true)))));
    assertThat(mounting.notes())
        .anyMatch(line -> line.contains("> /home/me/certs.d/_default/hosts.toml"));
  }

  @Test
  void aFileKeepsItsCommentsItsOtherDocumentsAndWhatElseItSays() throws MergeException {
    String file =
        """
        # my clusters
        kind: Cluster # kind
        apiVersion: kind.x-k8s.io/v1alpha4
        nodes:
          # the first
          - role: control-plane
            kubeadmConfigPatches:
              - |
                kind: InitConfiguration
                # inside
          - {role: worker, image: "kindest/node:v1.34.0"}
        containerdConfigPatches:
          - |-
            [metrics]
              address = "127.0.0.1:1338"

        # the end
        ---
        # of another tool
        kind: Other
        """;
    String merged = recipe.merge(file);
    assertThat(merged.lines().filter(line -> !file.lines().toList().contains(line)))
        .containsExactly(
            // A comment above an item goes into it.
            "  - # the first",
            "    role: control-plane",
            "    [plugins.\"io.containerd.grpc.v1.cri\".registry]",
            "      config_path = \"/etc/containerd/certs.d\"");
    assertThat(merged).contains("# my clusters", "# kind", "# inside", "# the end", "# of another");
    assertThat(Recipes.yaml(merged)).hasSize(2);
    assertThat(Recipes.yaml(merged).getFirst())
        .extracting("containerdConfigPatches")
        .isEqualTo(List.of("[metrics]\n  address = \"127.0.0.1:1338\"", PATCH));
    assertThat(recipe.merge(merged)).isEqualTo(merged);
  }

  @Test
  void everyNodeGetsTheFolder() throws MergeException {
    String merged =
        Recipes.mounting("/c")
            .merge(
                HEAD
                    + """
                    nodes:
                      - role: control-plane
                      - role: worker
                        extraMounts:
                          - {hostPath: /a, containerPath: /b}
                          - {hostPath: /c, containerPath: /etc/containerd/certs.d}
                      - {role: worker}
                    """);
    assertThat(merged.split("containerPath: /etc/containerd/certs.d", -1)).hasSize(4);
    assertThat(Recipes.mounting("/c").merge(merged)).isEqualTo(merged);
  }

  @Test
  void anotherFolderInItsPlaceIsRefused() {
    String file =
        HEAD
            + "nodes: [{role: worker, extraMounts: [{hostPath: /x, containerPath:"
            + " /etc/containerd/certs.d}]}]\n";
    assertThatThrownBy(() -> Recipes.mounting("/c").merge(file))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("/x as /etc/containerd/certs.d");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"docker.io\"]\n"
            + "endpoint = [\"http://proxy:5000\"]",
        "[plugins.\"io.containerd.grpc.v1.cri\".registry]\nmirrors = {}",
        "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry.mirrors.\"*\"]\nendpoint = []"
      })
  void mirrorsInAPatchAreRefusedWithTheRemedy(String patch) {
    assertThatThrownBy(() -> recipe.merge(patched(patch)))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("registry.mirrors")
        .hasMessageContaining("remove that patch");
  }

  @Test
  void mirrorsInAJsonPatchAreRefusedToo() {
    String file =
        HEAD
            + "containerdConfigPatchesJSON6902:\n"
            + "- '[{\"op\": \"add\", \"path\":"
            + " \"/plugins/io.containerd.grpc.v1.cri/registry/mirrors\", \"value\": {}}]'\n";
    assertThatThrownBy(() -> recipe.merge(file))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("containerdConfigPatchesJSON6902");
  }

  @Test
  void anotherFolderInAPatchIsRefused() {
    assertThatThrownBy(
            () ->
                recipe.merge(
                    patched(
                        "[plugins.\"io.containerd.grpc.v1.cri\".registry]\n"
                            + "config_path = \"/etc/other\"")))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("/etc/other");
  }

  @Test
  void aPatchOfTheUsersThatSaysItIsEnoughUnlessItIsForAnotherVersion() throws MergeException {
    String sameWay =
        patched(
            "[plugins.\"io.containerd.grpc.v1.cri\".registry]\n"
                + "config_path = \"/etc/containerd/certs.d:/etc/docker/certs.d\"");
    assertThat(recipe.merge(sameWay)).containsOnlyOnce("config_path");
    String versionThree =
        patched(
            "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\n"
                + "config_path = \"/etc/containerd/certs.d\"");
    assertThat(recipe.merge(versionThree).split("config_path", -1)).hasSize(3);
  }

  @Test
  void aFileOfSomethingElseIsRefused() {
    assertThatThrownBy(() -> recipe.merge("kind: Simple\n"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("kind Cluster");
    assertThatThrownBy(() -> recipe.merge("kind: Cluster\napiVersion: cluster.x-k8s.io/v1beta1\n"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("cluster.x-k8s.io/v1beta1");
  }

  private static String patched(String patch) {
    return HEAD + "containerdConfigPatches:\n- |-\n" + patch.indent(2);
  }
}
