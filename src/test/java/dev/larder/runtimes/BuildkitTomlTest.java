package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class BuildkitTomlTest {
  private final Recipe recipe = Recipes.of(ContainerRuntime.BUILDKIT, "docker.io", "quay.io");

  @Test
  void eachRegistryHasAPathOfLarderAsItsMirrorAndLarderIsPlainHttp() throws MergeException {
    JsonNode said = TomlText.parse(recipe.text()).path("registry");
    assertThat(said.toString())
        .isEqualTo(
            "{\"docker.io\":{\"mirrors\":[\"larder:5000/docker.io\"]},"
                + "\"quay.io\":{\"mirrors\":[\"larder:5000/quay.io\"]},"
                + "\"larder:5000\":{\"http\":true}}");
  }

  @Test
  void onlyWhatIsMissingIsAdded() throws MergeException {
    String file =
        """
        debug = true # mine
        [registry."quay.io"]
          mirrors = ["a.example", "larder:5000/quay.io"]\
        """;
    String merged = recipe.merge(file);
    assertThat(merged).startsWith(file);
    JsonNode said = TomlText.parse(merged);
    assertThat(said.path("debug").asBoolean()).isTrue();
    assertThat(said.at("/registry/quay.io/mirrors")).hasSize(2);
    assertThat(said.at("/registry/docker.io/mirrors/0").asText())
        .isEqualTo("larder:5000/docker.io");
    assertThat(recipe.merge(merged)).isEqualTo(merged);
  }

  @Test
  void aTableThatSaysSomethingElseIsRefusedWithWhatItIsToSay() {
    assertThatThrownBy(
            () -> recipe.merge("[registry.\"docker.io\"]\nmirrors = [\"mirror.example\"]\n"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("a table for docker.io")
        .hasMessageContaining("mirrors = [\"larder:5000/docker.io\"]");
    assertThatThrownBy(() -> recipe.merge("[registry.\"larder:5000\"]\nhttp = false\n"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("http = true");
  }

  @Test
  void tablesInlineAreRefused() {
    assertThatThrownBy(() -> recipe.merge("registry = { \"a.example\" = { http = true } }\n"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("add by hand");
  }
}
