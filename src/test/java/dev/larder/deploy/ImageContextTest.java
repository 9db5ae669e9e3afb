package dev.larder.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ImageContextTest {
  @Test
  void itsDockerfileIsTheCheckoutsWithoutTheStageThatBuildsLarder() throws IOException {
    String whole = Files.readString(Path.of("Dockerfile"));
    String rest = whole.substring(whole.indexOf("LABEL"));
    assertThat(ImageContext.dockerfile())
        .contains("FROM ${BASE}\n", "\nCOPY larder/ /opt/larder/\n")
        .endsWith(rest)
        .doesNotContain("AS build", "mvn");
  }

  @Test
  void theBaseIsTheDockerfiles() throws IOException {
    assertThat(ImageContext.dockerfile()).contains("\nARG BASE=" + ImageBuild.BASE + "\n");
  }
}
