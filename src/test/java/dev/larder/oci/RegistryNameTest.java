package dev.larder.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryNameTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quay.io",
        "localhost",
        "localhost:5000",
        "127.0.0.1:5000",
        "[::1]:5000",
        "my_host",
        "a-b.c"
      })
  void hostsWithAndWithoutPortsAreNames(String text) {
    assertThat(RegistryName.parse(text)).map(RegistryName::value).contains(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a/b",
        "a b",
        ".io",
        "quay.io.",
        "-a",
        "a-",
        "quay.io:",
        "quay.io:123456",
        "a@b",
        "http://quay.io",
        "[::1",
        "::1",
        "quäy.io",
        "a\u0000b",
        "..",
        "a..b"
      })
  void nothingElseIs(String text) {
    assertThat(RegistryName.parse(text)).isEmpty();
  }

  @Test
  void aNameIsALowerCaseHostAndAPort() {
    String label = "[a-z0-9]([a-z0-9_-]*[a-z0-9])?";
    Pattern grammar =
        Pattern.compile(
            "(%s(\\.%s)*|\\[[0-9a-f:.]{2,45}\\])(:[0-9]{1,5})?".formatted(label, label));
    assertThat(AllTexts.of("a0._-:[]", 5))
        .allSatisfy(
            text ->
                assertThat(RegistryName.parse(text).isPresent())
                    .as(text)
                    .isEqualTo(grammar.matcher(text).matches()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"docker.io", "index.docker.io", "registry-1.docker.io", "Docker.IO"})
  void dockerHubHasOneName(String text) {
    assertThat(RegistryName.parse(text)).contains(RegistryName.DOCKER_HUB);
  }

  @Test
  void anotherNameOfDockerHubIsNoValue() {
    assertThatThrownBy(() -> new RegistryName("index.docker.io"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "quay.io,true",
    "localhost,true",
    "a:5000,true",
    "library,false",
    "org,false",
    "my_org,false"
  })
  void theFirstPartOfANameIsARegistryByTheClientsRule(String part, boolean registry) {
    assertThat(RegistryName.looksLikeRegistry(part)).isEqualTo(registry);
  }

  @Test
  void officialImagesOfDockerHubAreInLibrary() {
    assertThat(RegistryName.DOCKER_HUB.qualify(new RepositoryName("busybox")).value())
        .isEqualTo("library/busybox");
    assertThat(RegistryName.DOCKER_HUB.qualify(new RepositoryName("org/app")).value())
        .isEqualTo("org/app");
    assertThat(new RegistryName("quay.io").qualify(new RepositoryName("app")).value())
        .isEqualTo("app");
  }
}
