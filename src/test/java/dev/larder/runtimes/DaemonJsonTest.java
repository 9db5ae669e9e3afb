package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DaemonJsonTest {
  private final Recipe recipe = Recipes.usual(ContainerRuntime.DOCKER);

  @Test
  void theMirrorsUrlSaysDockerHubByItsPath() {
    assertThat(recipe.text())
        .isEqualTo(
            """
            {
              "registry-mirrors": [
                "http://localhost:5001/docker.io"
              ]
            }
            """);
    assertThat(recipe.hasComments()).isFalse();
  }

  @Test
  void aListenerForDockerHubNeedsNoPath() {
    assertThat(Recipes.at(ContainerRuntime.DOCKER, "127.0.0.1:5002=docker.io").text())
        .contains("\"http://127.0.0.1:5002\"")
        .doesNotContain("insecure");
  }

  @Test
  void plainHttpBeyondTheMachineHasToBeAllowed() {
    assertThat(Recipes.at(ContainerRuntime.DOCKER, "larder.example:5000").text())
        .contains("\"insecure-registries\": [\n    \"larder.example:5000\"\n  ]");
    assertThat(Recipes.at(ContainerRuntime.DOCKER, "https://larder.example:5000").text())
        .contains("https://larder.example:5000/docker.io")
        .doesNotContain("insecure");
  }

  @Test
  void larderComesFirstAndEverythingElseStays() throws MergeException {
    String merged =
        recipe.merge(
            "{\"data-root\": \"/d\", \"registry-mirrors\": [\"https://mirror.example\"],"
                + " \"features\": {\"containerd-snapshotter\": true}}");
    assertThat(merged)
        .isEqualTo(
            """
            {
              "data-root": "/d",
              "registry-mirrors": [
                "http://localhost:5001/docker.io",
                "https://mirror.example"
              ],
              "features": {
                "containerd-snapshotter": true
              }
            }
            """);
    assertThat(recipe.merge(merged)).isEqualTo(merged);
    assertThat(recipe.merge(merged.replace("5001/docker.io\"", "5001/docker.io/\"")))
        .containsOnlyOnce("localhost:5001");
  }

  @Test
  void whatIsNoListIsRefused() {
    assertThatThrownBy(() -> recipe.merge("{\"registry-mirrors\": \"https://a.example\"}"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("\"registry-mirrors\" is a list");
    assertThatThrownBy(() -> recipe.merge("[]")).isInstanceOf(MergeException.class);
  }
}
