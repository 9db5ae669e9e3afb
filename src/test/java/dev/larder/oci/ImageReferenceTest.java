package dev.larder.oci;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  @ParameterizedTest
  @CsvSource({
    "alpine, docker.io/library/alpine:latest",
    "alpine:3.20, docker.io/library/alpine:3.20",
    "org/app, docker.io/org/app:latest",
    "index.docker.io/app:1, docker.io/library/app:1",
    "quay.io/org/app:v1, quay.io/org/app:v1",
    "localhost:5000/app, localhost:5000/app:latest",
    "localhost/app, localhost/app:latest",
    "registry.k8s.io/pause:3.10, registry.k8s.io/pause:3.10"
  })
  void aNameMeansWhatItMeansInAPod(String text, String whole) {
    assertThat(ImageReference.parse(text).map(ImageReference::toString)).hasValue(whole);
    assertThat(ImageReference.parse(whole).map(ImageReference::toString)).hasValue(whole);
  }

  @Test
  void aDigestCountsAndNotTheTagBesideIt() {
    String whole = "docker.io/library/app@" + DIGEST;
    assertThat(ImageReference.parse("app:1@" + DIGEST).map(ImageReference::toString))
        .hasValue(whole);
    assertThat(ImageReference.parse("app@" + DIGEST).map(ImageReference::toString)).hasValue(whole);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "App",
        "app:",
        "app:a/b",
        "app@",
        "app@sha256:12",
        "{{ .image }}",
        "a b",
        "x/"
      })
  void whatIsNoNameIsNone(String text) {
    assertThat(ImageReference.parse(text)).isEmpty();
  }
}
