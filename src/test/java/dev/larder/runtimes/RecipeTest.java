package dev.larder.runtimes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecipeTest {

  @ParameterizedTest
  @EnumSource(ContainerRuntime.class)
  void whatIsPrintedCanBeMergedIntoAndStaysAsItIs(ContainerRuntime runtime) throws MergeException {
    Recipe recipe = Recipes.usual(runtime);
    String text = recipe.text();
    assertThat(text)
        .contains(
            runtime == ContainerRuntime.KIND
                ? "certs.d"
                : "localhost:5001".equals(runtime.server().toString())
                    ? "localhost:5001"
                    : "larder:5000")
        .endsWith("\n");
    if (runtime != ContainerRuntime.CAPD) {
      assertThat(recipe.merge(text)).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @EnumSource(ContainerRuntime.class)
  void itSaysWhereTheFileGoesInLinesThatFitATerminal(ContainerRuntime runtime) {
    assertThat(Recipes.usual(runtime).notes()).isNotEmpty();
    assertThat(Recipes.strict(runtime).notes())
        .allSatisfy(line -> assertThat(line).isNotBlank().hasSizeLessThanOrEqualTo(100));
  }

  @ParameterizedTest
  @EnumSource(ContainerRuntime.class)
  void whatIsNotOfTheFormatIsRefused(ContainerRuntime runtime) {
    Recipe recipe = Recipes.usual(runtime);
    assertThatThrownBy(() -> recipe.merge("][ no: format")).isInstanceOf(MergeException.class);
  }
}
