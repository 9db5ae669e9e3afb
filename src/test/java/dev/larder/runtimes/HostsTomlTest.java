package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostsTomlTest {
  private final Recipe recipe = Recipes.usual(ContainerRuntime.CONTAINERD);

  @Test
  void larderMayBePulledFromAndNotPushedTo() throws MergeException {
    JsonNode said = TomlText.parse(recipe.text());
    assertThat(said.has("server")).isFalse();
    assertThat(said.at("/host/http:~1~1larder:5000/capabilities").toString())
        .isEqualTo("[\"pull\",\"resolve\"]");
  }

  @Test
  void strictlyThereIsNoOtherServer() throws MergeException {
    Recipe strict = Recipes.strict(ContainerRuntime.CONTAINERD);
    JsonNode said = TomlText.parse(strict.text());
    assertThat(said.path("server").asText()).isEqualTo("http://larder:5000");
    assertThatThrownBy(() -> strict.merge("server = \"https://registry-1.docker.io\"\n"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("without --merge");
  }

  @Test
  void larderComesBeforeTheHostsThatAreThere() throws MergeException {
    String file =
        """
        # of MicroK8s
        server = "https://docker.io"

        [host."https://registry-1.docker.io"] # Docker Hub
          capabilities = ["pull", "resolve"]
        """;
    String merged = recipe.merge(file);
    assertThat(merged).contains("# of MicroK8s", "# Docker Hub");
    JsonNode said = TomlText.parse(merged);
    assertThat(said.path("server").asText()).isEqualTo("https://docker.io");
    assertThat(List.copyOf(said.path("host").properties()))
        .extracting(java.util.Map.Entry::getKey)
        .containsExactly("http://larder:5000", "https://registry-1.docker.io");
    assertThat(recipe.merge(merged)).isEqualTo(merged);
  }

  @Test
  void aFileThatTablesCannotBeAddedToIsRefused() {
    String inline = "host = { \"https://a.example\" = { capabilities = [\"pull\"] } }\n";
    assertThatThrownBy(() -> recipe.merge(inline))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("add by hand")
        .hasMessageContaining("[host.\"http://larder:5000\"]");
    String text = "note = '''\n[not.a.table]\n'''\n";
    assertThatThrownBy(() -> recipe.merge(text)).isInstanceOf(MergeException.class);
  }
}
