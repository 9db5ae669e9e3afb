package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class UserCommandTest {
  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void usersAreAddedListedAndRemoved() throws IOException {
    Path file = folder.resolve("htpasswd");
    assertThat(add("alice", "one\n")).isZero();
    assertThat(add("bob", "two")).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    String before = Files.readString(file);
    assertThat(before).contains("alice:$2y$10$").doesNotContain("one");
    assertThat(add("alice", "other\n")).isZero();
    assertThat(Files.readString(file)).isNotEqualTo(before).hasLineCount(2);

    assertThat(user("list")).isZero();
    assertThat(out.toString().lines()).containsExactly("alice", "bob");
    assertThat(user("rm", "alice")).isZero();
    assertThat(Files.readString(file)).startsWith("bob:").hasLineCount(1);
    assertThat(user("rm", "alice")).isEqualTo(1);
    assertThat(err.toString()).contains("there is no user \"alice\"").hasLineCount(1);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void aFileKeepsWhoMayReadItAndALinkStaysOne() throws IOException {
    Path real = Files.writeString(folder.resolve("real"), "# people\n");
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(folder.resolve("htpasswd"), real);
    assertThat(add("alice", "one")).isZero();
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(Files.readString(real)).startsWith("# people\nalice:");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real)))
        .isEqualTo("rw-r-----");
  }

  @Test
  void whatCannotBeAddedIsOneSentence() throws IOException {
    assertThat(add("a:b", "x")).isEqualTo(2);
    assertThat(add("alice", "")).isEqualTo(2);
    assertThat(err.toString()).hasLineCount(2);
    assertThat(folder.resolve("htpasswd")).doesNotExist();

    Files.writeString(folder.resolve("htpasswd"), "bob:{SHA}x\n");
    assertThat(add("alice", "x")).isEqualTo(1);
    assertThat(err.toString()).contains("line 1: ").hasLineCount(3);
  }

  private int add(String name, String password) {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(password.getBytes(UTF_8)));
    try {
      return user("add", name, "--password-stdin");
    } finally {
      System.setIn(before);
    }
  }

  private int user(String... args) {
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    List<String> all = new ArrayList<>(List.of("user"));
    all.addAll(List.of(args));
    all.addAll(List.of("--htpasswd", folder.resolve("htpasswd").toString()));
    return commandLine.execute(all.toArray(String[]::new));
  }
}
