package dev.larder.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A second Java process with the same class path, whose words can be read. It dies when closed. */
public final class ChildProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader words;

  /**
   * Starts the main method of {@code main}.
   *
   * @param temporary where it puts temporary files, which it can't remove when it is killed
   */
  public ChildProcess(Path temporary, Class<?> main, String... arguments) throws IOException {
    List<String> command =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "--enable-native-access=ALL-UNNAMED",
                    "-Djava.io.tmpdir=" + temporary,
                    "-cp",
                    System.getProperty("java.class.path"),
                    main.getName()),
                Stream.of(arguments))
            .toList();
    this.process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    this.words = process.inputReader(UTF_8);
  }

  public long pid() {
    return process.pid();
  }

  /** Waits for the next line that it prints. */
  public String readLine() throws IOException {
    String line = words.readLine();
    if (line == null) {
      throw new IOException("the child process has ended");
    }
    return line;
  }

  /** Kills it with no chance to tidy up, and gives the lines that it had printed. */
  public List<String> kill() {
    // By its handle: Process.destroyForcibly would drop what can still be read.
    process.toHandle().destroyForcibly();
    List<String> rest = words.lines().toList();
    process.onExit().join();
    return rest;
  }

  @Override
  public void close() throws IOException {
    kill();
    words.close();
  }
}
