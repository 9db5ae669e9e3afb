package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RegistriesYamlTest {
  private static final List<String> LARDER = List.of("http://localhost:5001");

  private final Recipe recipe = Recipes.usual(ContainerRuntime.K3S);

  @Test
  void everyRegistryHasLarderAsItsMirror() {
    assertThat(Recipes.yaml(recipe.text()))
        .containsExactly(Map.of("mirrors", Map.of("*", Map.of("endpoint", LARDER))));
  }

  @Test
  void strictlyK3sNeedsAnArgumentOfItsOwn() {
    assertThat(Recipes.strict(ContainerRuntime.K3S).notes())
        .anyMatch(line -> line.contains("--disable-default-registry-endpoint"));
  }

  @Test
  void aRegistryWithAnEntryOfItsOwnGetsLarderThereToo() throws MergeException {
    String merged =
        recipe.merge(
            """
            # mine
            mirrors:
              docker.io:
                endpoint: ["https://mirror.example"]
              quay.io:
            configs:
              mirror.example:
                auth: {username: me, password: secret}
            """);
    assertThat(merged).startsWith("# mine\n");
    assertThat(Recipes.yaml(merged).getFirst())
        .isEqualTo(
            Map.of(
                "mirrors",
                Map.of(
                    "docker.io",
                    Map.of("endpoint", List.of("http://localhost:5001", "https://mirror.example")),
                    "quay.io",
                    Map.of("endpoint", LARDER),
                    "*",
                    Map.of("endpoint", LARDER)),
                "configs",
                Map.of(
                    "mirror.example",
                    Map.of("auth", Map.of("username", "me", "password", "secret")))));
    assertThat(recipe.merge(merged)).isEqualTo(merged);
  }

  @Test
  void aFileOfCommentsAloneKeepsThem() throws MergeException {
    assertThat(recipe.merge("# mirrors:\n#   none"))
        .isEqualTo("# mirrors:\n#   none\n" + recipe.text());
  }

  @Test
  void anEntryThatRewritesNamesIsRefused() {
    assertThatThrownBy(
            () ->
                recipe.merge(
                    """
                    mirrors:
                      docker.io:
                        endpoint: [https://mirror.example]
                        rewrite: {"^(.*)$": "hub/$1"}
                    """))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("docker.io rewrites names");
  }

  @Test
  void whatHasAnotherFormIsRefusedWithItsLine() {
    assertThatThrownBy(() -> recipe.merge("configs: {}\nmirrors: [docker.io]\n"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("line 2: \"mirrors\" has keys and values");
    assertThatThrownBy(() -> recipe.merge("mirrors:\n  docker.io:\n    endpoint: http://a\n"))
        .isInstanceOf(MergeException.class)
        .hasMessageContaining("line 3: \"endpoint\" is a list");
  }
}
