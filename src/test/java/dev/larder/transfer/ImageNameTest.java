package dev.larder.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNameTest {

  @ParameterizedTest
  @CsvSource({
    "app, app",
    "app:1, app:1",
    "org/app:1.0, org/app:1.0",
    "localhost:5000/app, app",
    "localhost:5000/org/app:1, org/app:1",
    "quay.io/org/app:1, org/app:1",
    "docker.io/library/app:1, app:1",
    "index.docker.io/library/app:1, app:1",
    "docker.io/org/app:1, org/app:1",
    "quay.io/library/app:1, library/app:1",
    "app:1@sha256:0000, app:1",
  })
  void aNameIsReadWithoutItsRegistry(String text, String name) {
    assertThat(ImageName.parse(text).orElseThrow()).hasToString(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":1", "App:1", "app:", "app:a/b", "../app:1", "localhost:5000/"})
  void whatIsNoNameIsNotRead(String text) {
    assertThat(ImageName.parse(text)).isEmpty();
  }
}
