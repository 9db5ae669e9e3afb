import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs google-java-format over all sources: {@code check} names the files that it would change and
 * fails, {@code apply} (mvn process-sources -Dformat=apply) changes them. The build starts it on
 * JDK 25, since the formatter needs the parser of the language's version and Maven itself may run
 * on an older JDK.
 */
final class Format {
  private static final Path SOURCES = Path.of("src");

  private Format() {}

  public static void main(String[] args) throws IOException {
    List<String> options =
        switch (args[0]) {
          case "check" -> List.of("--dry-run", "--set-exit-if-changed");
          case "apply" -> List.of("--replace");
          default -> throw new IllegalArgumentException("check or apply, not " + args[0]);
        };
    try (Stream<Path> files = Files.walk(SOURCES)) {
      List<String> sources =
          files.map(Path::toString).filter(file -> file.endsWith(".java")).sorted().toList();
      Main.main(Stream.concat(options.stream(), sources.stream()).toArray(String[]::new));
    }
  }
}
