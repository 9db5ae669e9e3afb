package dev.larder.cli;

import dev.larder.cluster.Cluster;
import dev.larder.cluster.ClusterReport;
import dev.larder.cluster.ClusterWiring;
import dev.larder.cluster.NodeWiring;
import dev.larder.cluster.Reach;
import dev.larder.deploy.Deployment;
import dev.larder.engine.Container;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.registry.ProbeImage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code larder detach}: takes back what attaching has done. */
@Command(
    name = "detach",
    description = {
      "Make clusters what they were before larder attach: its files, its lines in other files, and"
          + " what it told the cluster go; so does Larder from networks that it joined for them."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:each node is what it was",
      "1:some node isn't, which the report explains",
      "2:a flag or a variable is wrong"
    },
    sortOptions = false)
final class DetachCommand implements Callable<Integer> {
  @Mixin private NodeOptions nodes = new NodeOptions();

  @Option(names = "--dry-run", fallbackValue = "true", description = "Only say what would be done.")
  private boolean dryRun;

  @Option(
      names = "--restart-containerd",
      paramLabel = "WHEN",
      description =
          "auto: once, in nodes whose containerd was configured by larder attach; never: say who"
              + " has to. Default: auto.",
      defaultValue = "auto")
  private String restart = "auto";

  @Option(
      names = "--no-configmap",
      fallbackValue = "true",
      description = "Leave what the cluster says of its registry.")
  private boolean noConfigMap;

  @Mixin private OutputOptions output = new OutputOptions();

  private DetachCommand() {}

  @Override
  public Integer call() throws Exception {
    try (Engine engine = LocalEngine.connect()) {
      Reach reach = new Reach.Own(engine);
      NodeWiring wiring =
          new NodeWiring(
              engine,
              reach,
              new NodeWiring.Wishes(false, AttachCommand.mayRestart(restart), dryRun, false),
              ProbeImage.NAME);
      List<Cluster> clusters = nodes.clusters(engine, System.getenv());
      List<ClusterReport> reports =
          WiringRun.of(
              output,
              "unwiring",
              clusters,
              new ClusterWiring(engine, reach, wiring, !noConfigMap, dryRun)::detach);
      if (!dryRun) {
        reach.leaveUnused(ClusterWiring.attached(engine, clusters));
      }
      WiringRun.print(output, new WiringReport("unwired", dryRun), reports);
      warnOfWatcher(engine);
      return reports.stream().allMatch(ClusterReport::ok) ? 0 : 1;
    } catch (EngineException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  private void warnOfWatcher(Engine engine) throws EngineException {
    List<Container> watchers =
        engine.containers(Map.of(Deployment.ROLE, Deployment.WATCHER), false);
    for (Container watcher : watchers) {
      output
          .err()
          .println(
              "%s still runs, and wires these nodes when they start again; larder up --no-watch ends it."
                  .formatted(watcher.name()));
    }
    output.err().flush();
  }
}
