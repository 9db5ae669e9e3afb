package dev.larder.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeCodeTest {
  @TempDir Path folder;

  private Path natives = Path.of("");

  @BeforeEach
  void makeAFolder() throws IOException {
    natives = Files.createDirectory(folder.resolve("native"));
  }

  @Test
  void ofSqlitesOnlyThisSystemsGoesAlong() throws IOException {
    assertThat(
            separated(
                "org/sqlite/JDBC.class",
                "org/sqlite/native/Linux/aarch64/libsqlitejdbc.so",
                "org/sqlite/native/Linux/x86_64/libsqlitejdbc.so",
                "org/sqlite/native/Linux-Musl/x86_64/libsqlitejdbc.so",
                "org/sqlite/native/Mac/x86_64/libsqlitejdbc.dylib"))
        .containsExactly("org/sqlite/JDBC.class");
    String architecture = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
    assertThat(natives.resolve("libsqlitejdbc.so"))
        .hasContent("org/sqlite/native/Linux/" + architecture + "/libsqlitejdbc.so");
    assertThat(natives).isDirectoryNotContaining("glob:**.dylib");
  }

  @Test
  void nettysGoesAlong() throws IOException {
    assertThat(separated("META-INF/MANIFEST.MF", "META-INF/native/libnetty_epoll.so"))
        .containsExactly("META-INF/MANIFEST.MF");
    assertThat(natives.resolve("libnetty_epoll.so")).exists();
  }

  @Test
  void aLibraryWithoutAnyStaysAsItIs() throws IOException {
    Path library = library("A.class");
    Path target = folder.resolve("copy.jar");
    NativeCode.separate(library, target, natives);
    assertThat(target).hasSameBinaryContentAs(library);
    assertThat(natives).isEmptyDirectory();
  }

  private List<String> separated(String... entries) throws IOException {
    Path target = folder.resolve("copy.jar");
    NativeCode.separate(library(entries), target, natives);
    try (JarFile jar = new JarFile(target.toFile());
        Stream<ZipEntry> left = jar.stream().map(ZipEntry.class::cast)) {
      return left.map(ZipEntry::getName).toList();
    }
  }

  /** A jar of files that contain their own names. */
  private Path library(String... entries) throws IOException {
    Path library = folder.resolve("library.jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(library))) {
      for (String entry : entries) {
        out.putNextEntry(new ZipEntry(entry));
        out.write(entry.getBytes(UTF_8));
        out.closeEntry();
      }
    }
    return library;
  }
}
