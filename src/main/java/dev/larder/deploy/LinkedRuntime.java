package dev.larder.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A Java with no more modules than Larder needs, linked from the JDK that runs Larder. */
final class LinkedRuntime {
  /**
   * What Larder and its libraries need; java.sql brings java.logging along. Not in here:
   * java.desktop, java.compiler and jdk.jfr, which some libraries have uses for that Larder has
   * not, and do without.
   */
  static final List<String> MODULES =
      List.of(
          "java.base",
          "java.naming",
          "java.net.http",
          "java.security.jgss",
          "java.sql",
          "jdk.management",
          "jdk.unsupported");

  private LinkedRuntime() {}

  /** For which system it is made, as Docker names that: {@code linux/amd64}. */
  static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).replace(' ', '-');
    return system + "/" + architecture();
  }

  /** For which processors it is made, as Docker names those. */
  private static String architecture() {
    String name = System.getProperty("os.arch");
    return switch (name) {
      case "x86_64" -> "amd64";
      case "aarch64" -> "arm64";
      default -> name;
    };
  }

  /**
   * Makes one.
   *
   * @param target its folder, which must not be there
   * @throws IOException if the Java that runs Larder can't make one; the message says why
   */
  static void link(Path target) throws IOException, InterruptedException {
    Path home = Path.of(System.getProperty("java.home"));
    Path jlink = home.resolve("bin/jlink");
    if (!Files.isExecutable(jlink)) {
      throw new IOException(
          "%s has no jlink, which makes the image's Java: run Larder with a JDK 25"
              .formatted(home));
    }
    Process process =
        new ProcessBuilder(
                jlink.toString(),
                "--add-modules",
                String.join(",", MODULES),
                "--strip-java-debug-attributes",
                "--no-header-files",
                "--no-man-pages",
                "--compress=zip-6",
                "--output",
                target.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException("%s failed: %s".formatted(jlink, said));
    }
  }
}
