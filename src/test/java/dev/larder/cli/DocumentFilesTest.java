package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.larder.warm.KubernetesImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentFilesTest {
  @TempDir Path folder;

  private Path put(String name, String image) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.resolveSibling(""));
    return Files.writeString(file, "containers: [{image: %s}]\n".formatted(image));
  }

  @Test
  void ofAFolderAllDocumentsAreReadButForHiddenOnes() throws Exception {
    put("b.yaml", "b");
    put("a.yml", "a");
    put("below/c.json", "c");
    put("notes.txt", "no");
    put(".git/d.yaml", "no");

    assertThat(DocumentFiles.images(List.of(folder.toString())).images())
        .containsExactly("a", "b", "c");
  }

  @Test
  void aFileIsReadWhateverItIsCalled() throws Exception {
    assertThat(DocumentFiles.images(List.of(put("rendered", "a").toString())).images())
        .containsExactly("a");
  }

  @Test
  void problemsNameTheirFile() throws Exception {
    Path file = Files.writeString(folder.resolve("t.yaml"), "a: {{ b }\n");
    KubernetesImages images = DocumentFiles.images(List.of(file.toString()));
    assertThat(images.problems()).singleElement().asString().startsWith(file + ":");
  }

  @Test
  void whatIsNotThereIsAnError() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> DocumentFiles.images(List.of("/nowhere/x.yaml")))
        .withMessageContaining("/nowhere/x.yaml");
  }
}
