package dev.larder.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.cluster.Cluster;
import dev.larder.cluster.ClusterReport;
import dev.larder.cluster.ClusterWiring;
import dev.larder.cluster.Clusters;
import dev.larder.cluster.Finding;
import dev.larder.cluster.NodeReport;
import dev.larder.cluster.NodeWiring;
import dev.larder.cluster.Reach;
import dev.larder.deploy.DeployException;
import dev.larder.deploy.Deployment;
import dev.larder.deploy.Down;
import dev.larder.deploy.HostProcess;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.registry.ProbeImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code larder down}: removes what {@code larder up} has made. */
@Command(
    name = "down",
    description =
        "Make clusters what they were, and remove the containers that larder up has made, or end"
            + " its process. The images stay, for the next larder up.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class DownCommand implements Callable<Integer> {
  private static final Duration GRACE = Duration.ofSeconds(15);

  @Option(
      names = "--purge",
      fallbackValue = "true",
      description =
          "Remove the volume with all images too, and then the network that larder up has made, if"
              + " nothing else is on it.")
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

  @Mixin private OutputOptions output = new OutputOptions();

  private DownCommand() {}

  @Override
  public Integer call() throws CommandException, InterruptedException {
    Path folder = data == null ? StoreOptions.defaultData(System.getenv()) : data;
    try {
      Optional<HostProcess> process = HostProcess.find(folder);
      List<String> changes = new ArrayList<>();
      Optional<String> kept = process.map(_ -> "the folder " + folder);
      try (Engine engine = LocalEngine.connect()) {
        Down down = new Down(engine);
        changes.addAll(down.endWatching(name));
        if (process.isPresent() || Deployment.find(engine, name).isPresent()) {
          detach(engine, changes);
        }
        Down.Result result = down.run(name, purge);
        changes.addAll(result.changes());
        kept = kept.or(result::kept);
      } catch (EngineException e) {
        if (process.isEmpty()) {
          throw e;
        }
        warn(String.valueOf(e.getMessage())); // the process is to end all the same
      }
      if (process.isPresent()) {
        process.get().stop(GRACE);
        changes.add("ended process " + process.get().pid());
      }
      print(changes, kept);
      return 0;
    } catch (IOException | DeployException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  /** Makes clusters what they were, unless another Larder of this engine is there for them. */
  private void detach(Engine engine, List<String> changes) throws EngineException {
    boolean others =
        engine.containers(Map.of(Deployment.ROLE, Deployment.REGISTRY), false).stream()
            .anyMatch(container -> !container.name().equals(name));
    if (others) {
      return;
    }
    Reach reach = new Reach.Own(engine);
    NodeWiring nodes =
        new NodeWiring(
            engine, reach, new NodeWiring.Wishes(false, true, false, false), ProbeImage.NAME);
    ClusterWiring wiring = new ClusterWiring(engine, reach, nodes, true, false);
    for (Cluster cluster : Clusters.all(engine)) {
      ClusterReport report = wiring.detach(cluster, _ -> {});
      for (NodeReport node : report.nodes()) {
        if (!node.steps().isEmpty()) {
          changes.add("unwired the node " + node.node().name());
        }
      }
      Stream.concat(
              report.findings().stream(),
              report.nodes().stream().flatMap(node -> node.findings().stream()))
          .filter(Finding::isProblem)
          .forEach(problem -> warn(problem.toString()));
    }
  }

  private void warn(String message) {
    PrintWriter err = output.err();
    err.println("larder: " + message);
    err.flush();
  }

  private void print(List<String> changes, Optional<String> kept) {
    PrintWriter out = output.out();
    switch (output.format()) {
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
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        changes.forEach(json.putArray("changes")::add);
        kept.ifPresent(where -> json.put("kept", where));
        out.println(json);
      }
    }
    out.flush();
  }
}
