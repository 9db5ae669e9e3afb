package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class RegistriesConfTest {
  private final Recipe recipe = Recipes.of(ContainerRuntime.PODMAN, "docker.io", "quay.io");

  @Test
  void eachRegistryHasAPathOfLarderAsItsMirror() throws MergeException {
    JsonNode said = TomlText.parse(recipe.text()).path("registry");
    assertThat(said).hasSize(3);
    assertThat(said.path(0).toString())
        .isEqualTo("{\"location\":\"localhost:5001\",\"insecure\":true}");
    assertThat(said.path(2).toString())
        .isEqualTo(
            "{\"location\":\"quay.io\","
                + "\"mirror\":[{\"location\":\"localhost:5001/quay.io\",\"insecure\":true}]}");
  }

  @Test
  void strictlyLarderIsTheLocation() throws MergeException {
    JsonNode said =
        TomlText.parse(Recipes.strict(ContainerRuntime.CRIO).text()).path("registry").path(1);
    assertThat(said.toString())
        .isEqualTo(
            "{\"prefix\":\"docker.io\","
                + "\"location\":\"localhost:5001/docker.io\",\"insecure\":true}");
  }

  @Test
  void overTlsNothingIsInsecure() throws MergeException {
    JsonNode said =
        TomlText.parse(Recipes.at(ContainerRuntime.PODMAN, "https://larder.example:5000").text());
    assertThat(said.at("/registry/0/insecure").asBoolean(true)).isFalse();
    assertThat(said.at("/registry/1/mirror/0/insecure").asBoolean(true)).isFalse();
  }

  @Test
  void onlyWhatIsMissingIsAdded() throws MergeException {
    String file =
        """
        # mine
        unqualified-search-registries = ["docker.io"]

        [[registry]]
        location = "quay.io"
        [[registry.mirror]]
        location = "elsewhere.example/quay"
        [[registry.mirror]]
        location = "localhost:5001/quay.io"
        insecure = true
        """;
    String merged = recipe.merge(file);
    assertThat(merged).startsWith(file);
    assertThat(TomlText.parse(merged).path("registry"))
        .extracting(entry -> entry.path("location").asText())
        .containsExactly("quay.io", "localhost:5001", "docker.io");
    assertThat(recipe.merge(merged)).isEqualTo(merged);
  }

  @Test
  void anEntryThatLeadsElsewhereIsRefusedWithWhatItIsToSay() {
    String file = "[[registry]]\nprefix = \"docker.io\"\nlocation = \"mirror.example\"\n";
    assertThatThrownBy(() -> recipe.merge(file))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("an entry for docker.io")
        .hasMessageContaining("location = \"localhost:5001/docker.io\"");
  }

  @Test
  void theFormatsFirstVersionIsRefused() {
    assertThatThrownBy(() -> recipe.merge("[registries.search]\nregistries = [\"docker.io\"]\n"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("first version");
  }
}
