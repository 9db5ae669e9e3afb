package dev.larder.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.deploy.DeployException;
import dev.larder.deploy.Deployment;
import dev.larder.deploy.Down;
import dev.larder.deploy.HostProcess;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code larder down}: removes what {@code larder up} has made. */
@Command(
    name = "down",
    description =
        "Remove the containers that larder up has made, and end its process. The images stay, for"
            + " the next larder up.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class DownCommand implements Callable<Integer> {
  private static final Duration GRACE = Duration.ofSeconds(15);

  @Option(
      names = "--purge",
      description =
          "Remove the volume with all images too, and the network if nothing else is on it.")
  private boolean purge;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The container's name. Default: ${DEFAULT-VALUE}.",
      defaultValue = Deployment.NAME)
  private String name = Deployment.NAME;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The folder that larder up --host has been given.")
  private @Nullable Path data;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "How to print what came of it: ${COMPLETION-CANDIDATES}. Default: text.",
      defaultValue = "text")
  private OutputFormat output = OutputFormat.TEXT;

  @Spec private CommandSpec spec = CommandSpec.create();

  private DownCommand() {}

  @Override
  public Integer call() throws CommandException, InterruptedException {
    try {
      List<String> changes = new ArrayList<>();
      Optional<String> kept = endProcess(changes);
      boolean onHost = kept.isPresent();
      try (Engine engine =
          Engine.connect(System.getenv(), Path.of(System.getProperty("user.home")))) {
        Down.Result result = new Down(engine).run(name, purge);
        changes.addAll(result.changes());
        kept = kept.or(result::kept);
      } catch (EngineException e) {
        if (!onHost) {
          throw e;
        }
        // The process has ended; that no engine answers says that no container runs.
      }
      print(changes, kept);
      return 0;
    } catch (IOException | DeployException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  private Optional<String> endProcess(List<String> changes)
      throws IOException, DeployException, InterruptedException {
    Path folder = data == null ? StoreOptions.defaultData(System.getenv()) : data;
    Optional<HostProcess> process = HostProcess.find(folder);
    if (process.isEmpty()) {
      return Optional.empty();
    }
    process.get().stop(GRACE);
    changes.add("ended process " + process.get().pid());
    return Optional.of("the folder " + folder);
  }

  private void print(List<String> changes, Optional<String> kept) {
    PrintWriter out = spec.commandLine().getOut();
    switch (output) {
      case TEXT -> {
        changes.forEach(out::println);
        if (changes.isEmpty()) {
          out.println("Nothing of Larder's was running.");
        }
        kept.ifPresent(
            where ->
                out.println(
                    "Its images are kept in %s%s"
                        .formatted(
                            where,
                            where.startsWith("the volume")
                                ? "; larder down --purge removes them"
                                : "")));
      }
      case JSON -> {
        ObjectNode json = JsonMapper.builder().build().createObjectNode();
        changes.forEach(json.putArray("changes")::add);
        kept.ifPresent(where -> json.put("kept", where));
        out.println(json);
      }
    }
    out.flush();
  }
}
