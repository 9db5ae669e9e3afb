package dev.larder.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {
  @TempDir Path folder;

  @Test
  void itsLibrariesAreThoseThatItsManifestNames() throws IOException {
    Path jar = jar("lib/a.jar lib/b.jar");
    Files.createDirectory(folder.resolve("lib"));
    Path a = Files.createFile(folder.resolve("lib/a.jar"));
    Path b = Files.createFile(folder.resolve("lib/b.jar"));
    Files.createFile(folder.resolve("lib/left-over.jar"));
    assertThat(Installation.of(jar).libraries()).containsExactly(a, b);
  }

  @Test
  void aLibraryThatIsMissingIsNamed() throws IOException {
    Path jar = jar("lib/a.jar");
    assertThatThrownBy(() -> Installation.of(jar))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("lib/a.jar is missing", jar.toString());
  }

  @Test
  void oneThatRunsFromAFolderOfClassesCantBePacked() {
    assertThatThrownBy(Installation::current)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("classes", "mvn package");
  }

  private Path jar(String classPath) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
    Path jar = folder.resolve("larder.jar");
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    return jar;
  }
}
