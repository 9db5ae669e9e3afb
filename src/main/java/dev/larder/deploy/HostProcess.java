package dev.larder.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A Larder that runs as a process of this machine, by itself, and is known by a file in its data
 * folder: {@code {"pid": 4711, "started": "…", "port": 5001, "settings": "…"}}.
 *
 * @param pid its process id
 * @param started when it was started
 * @param port its port at 127.0.0.1, and at the gateways of the engine's networks
 * @param settings with what it was started
 */
public record HostProcess(long pid, Instant started, int port, String settings) {
  private static final String FILE = "up.json";
  private static final String LOG = "up.log";
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** By how much the system's word for a process's start changes when the clock is set. */
  private static final Duration CLOCK_STEP = Duration.ofSeconds(2);

  /** The one that serves this folder, if it is running. */
  public static Optional<HostProcess> find(Path folder) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    JsonNode read = JSON.readTree(file.toFile());
    HostProcess process =
        new HostProcess(
            read.path("pid").asLong(),
            Instant.parse(read.path("started").asText()),
            read.path("port").asInt(),
            read.path("settings").asText());
    return process.handle().map(_ -> process);
  }

  /**
   * Starts one, which outlives this process.
   *
   * @param arguments what {@code larder} is to do
   * @throws DeployException if this process's own command line can't be seen
   */
  static HostProcess start(Path folder, int port, List<String> arguments, String settings)
      throws IOException, DeployException {
    Files.createDirectories(folder);
    List<String> command = new ArrayList<>();
    command.add("nohup"); // it isn't to end with the terminal
    command.addAll(launcher());
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.to(log(folder).toFile()))
            .start();
    HostProcess started =
        new HostProcess(
            process.pid(), process.info().startInstant().orElseGet(Instant::now), port, settings);
    ObjectNode written = JSON.createObjectNode();
    written.put("pid", started.pid).put("started", started.started.toString());
    written.put("port", port).put("settings", settings);
    Files.writeString(folder.resolve(FILE), written + "\n");
    return started;
  }

  /** What it has written. */
  static Path log(Path folder) {
    return folder.resolve(LOG);
  }

  /** How this process was started, up to what it is to do: a Java, its options and a jar. */
  private static List<String> launcher() throws DeployException {
    ProcessHandle.Info own = ProcessHandle.current().info();
    Optional<String> java = own.command();
    List<String> arguments = List.of(own.arguments().orElse(new String[0]));
    int jar = arguments.indexOf("-jar");
    if (java.isEmpty() || jar < 0 || jar + 1 >= arguments.size()) {
      throw new DeployException(
          "cannot see how this Larder was started, to start another: run larder serve yourself");
    }
    List<String> launcher = new ArrayList<>();
    launcher.add(java.get());
    launcher.addAll(arguments.subList(0, jar + 1));
    launcher.add(Path.of(arguments.get(jar + 1)).toAbsolutePath().toString());
    return launcher;
  }

  /** Whether it runs. */
  boolean alive() {
    return handle().isPresent();
  }

  /**
   * A number of a process may be another's by now; that one was started at another time. And where
   * nobody collects what has ended, as in containers without an init, it keeps its number, but has
   * no command any more.
   */
  private Optional<ProcessHandle> handle() {
    return ProcessHandle.of(pid)
        .filter(handle -> handle.isAlive() && handle.info().command().isPresent())
        .filter(
            handle ->
                handle
                    .info()
                    .startInstant()
                    .filter(at -> Duration.between(at, started).abs().compareTo(CLOCK_STEP) <= 0)
                    .isPresent());
  }

  /**
   * Asks it to end and waits for that; transfers in progress may go on.
   *
   * @throws DeployException if it doesn't within {@code grace}
   */
  public void stop(Duration grace) throws DeployException, InterruptedException {
    handle().ifPresent(ProcessHandle::destroy);
    Instant end = Instant.now().plus(grace);
    while (alive()) {
      if (Instant.now().isAfter(end)) {
        throw new DeployException(
            "process %d, which is Larder's, doesn't end: kill -9 %d".formatted(pid, pid));
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }
}
