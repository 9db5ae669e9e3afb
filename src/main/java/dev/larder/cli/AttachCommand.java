package dev.larder.cli;

import dev.larder.cluster.Cluster;
import dev.larder.cluster.ClusterReport;
import dev.larder.cluster.ClusterWiring;
import dev.larder.cluster.NodeWiring;
import dev.larder.cluster.Reach;
import dev.larder.cluster.Watcher;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.registry.ProbeImage;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code larder attach}: makes clusters pull through Larder. */
@Command(
    name = "attach",
    description = {
      "Make clusters pull through Larder, and see that they do.",
      "",
      "Finds the nodes of kind, Cluster API's Docker provider, k3d and minikube on the engine,"
          + " joins Larder's container to their networks, writes a hosts.toml in each, tells the"
          + " cluster where its registry is, and has each node pull something. What is as it"
          + " should be is left alone; larder detach takes all of it back."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:each node is wired",
      "1:some node isn't, which the report explains",
      "2:a flag or a variable is wrong"
    },
    sortOptions = false)
final class AttachCommand implements Callable<Integer> {
  @Mixin private NodeOptions nodes = new NodeOptions();

  @Option(
      names = "--watch",
      fallbackValue = "true",
      description =
          "Wire the nodes that there are, and each new one within a second of its start, until"
              + " stopped. Names no cluster.")
  private boolean watch;

  @Option(
      names = "--strict",
      fallbackValue = "true",
      description =
          "What Larder can't serve isn't asked for at its origin. Default: it is, so that a cluster"
              + " works without Larder too.")
  private boolean strict;

  @Option(names = "--dry-run", fallbackValue = "true", description = "Only say what would be done.")
  private boolean dryRun;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "Where nodes find a Larder that isn't a container of this engine. Default: by network"
              + " and name, the container that larder up has made.")
  private @Nullable URI server;

  @Option(
      names = "--restart-containerd",
      paramLabel = "WHEN",
      description =
          "auto: once, in nodes whose containerd has no config_path yet; never: say who has to."
              + " Default: auto.",
      defaultValue = "auto")
  private String restart = "auto";

  @Option(
      names = "--no-configmap",
      fallbackValue = "true",
      description = "Don't tell the cluster where its registry is (the ConfigMap of KEP-1755).")
  private boolean noConfigMap;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      description = "How --watch prints what happens: ${COMPLETION-CANDIDATES}. Default: text.",
      defaultValue = "text")
  private LogFormat logFormat = LogFormat.TEXT;

  @Mixin private OutputOptions output = new OutputOptions();

  private AttachCommand() {}

  @Override
  public Integer call() throws Exception {
    try (Engine engine = LocalEngine.connect()) {
      Reach reach = LocalLarder.reach(engine, server);
      NodeWiring wiring =
          new NodeWiring(
              engine,
              reach,
              new NodeWiring.Wishes(strict, mayRestart(restart), dryRun, !watch),
              ProbeImage.NAME);
      if (watch) {
        return watch(engine, reach, wiring);
      }
      List<Cluster> clusters = nodes.clusters(engine, System.getenv());
      List<ClusterReport> reports =
          WiringRun.of(
              output,
              "wiring",
              clusters,
              new ClusterWiring(engine, reach, wiring, !noConfigMap, dryRun)::attach);
      WiringRun.print(output, new WiringReport("wired", dryRun), reports);
      return reports.stream().allMatch(ClusterReport::ok) ? 0 : 1;
    } catch (EngineException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  private int watch(Engine engine, Reach reach, NodeWiring wiring)
      throws CommandException, InterruptedException {
    if (nodes.named() || dryRun) {
      throw CommandException.usage("--watch is for all clusters, and changes them");
    }
    Console console = new Console(logFormat, output.out(), InstantSource.system());
    Watcher watcher =
        new Watcher(
            engine,
            reach,
            wiring,
            !noConfigMap,
            InstantSource.system(),
            Thread::sleep,
            console::say);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(watcher, console), "stop"));
    watcher.run();
    return 0;
  }

  private static void stop(Watcher watcher, Console console) {
    try {
      watcher.close();
    } catch (EngineException e) {
      console.say(String.valueOf(e.getMessage()));
    }
    console.close();
  }

  /** What {@code --restart-containerd} says. */
  static boolean mayRestart(String when) throws CommandException {
    return switch (when.toLowerCase(Locale.ROOT)) {
      case "auto" -> true;
      case "never" -> false;
      default -> throw CommandException.usage("--restart-containerd is auto or never, not " + when);
    };
  }
}
