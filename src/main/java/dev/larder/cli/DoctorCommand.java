package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.cluster.Cluster;
import dev.larder.cluster.Clusters;
import dev.larder.cluster.Reach;
import dev.larder.cluster.doctor.Area;
import dev.larder.cluster.doctor.Coverage;
import dev.larder.cluster.doctor.Diagnosis;
import dev.larder.cluster.doctor.Doctor;
import dev.larder.cluster.doctor.NodeImages;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.control.Step;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.oci.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code larder doctor}: says what keeps clusters from pulling through Larder. */
@Command(
    name = "doctor",
    description = {
      "Look for what keeps clusters from pulling through Larder, and say what to do about it."
          + " Nothing is changed.",
      "Also says which of the nodes' images never came through Larder.",
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:no errors; there may be warnings",
      "1:something doesn't work, or nothing could be looked at",
      "2:a flag, a variable or the configuration file is wrong"
    })
final class DoctorCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "CLUSTER",
      arity = "0..*",
      description = "The clusters to look at. Default: all of the engine's.")
  private List<String> names = List.of();

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "Where nodes find a Larder that isn't a container of this engine.")
  private @Nullable URI server;

  @Option(
      names = "--coverage",
      fallbackValue = "true",
      description = "List the nodes' images, and which of them Larder has.")
  private boolean listCoverage;

  @Mixin private OutputOptions output = new OutputOptions();

  @Mixin private TargetOptions target = new TargetOptions();

  private DoctorCommand() {}

  @Override
  public Integer call() throws CommandException {
    try (ProgressLine progress = ProgressLine.on(output.err(), InstantSource.system())) {
      return print(examine(progress));
    }
  }

  private DoctorReport examine(ProgressLine progress) throws CommandException {
    Engine engine;
    try {
      engine = LocalEngine.connect();
    } catch (EngineException e) {
      return new DoctorReport("", List.of(), Doctor.withoutEngine(e), Optional.empty());
    }
    try (engine) {
      List<Cluster> all = Clusters.all(engine);
      List<Cluster> wanted = wanted(engine, all);
      Reach reach = LocalLarder.reach(engine, server);
      Diagnosis diagnosis =
          Doctor.examine(
              engine,
              reach,
              all,
              wanted,
              (done, total) -> tell(progress, "examining", done, total));
      NodeImages images =
          NodeImages.read(
              engine, wanted, done -> tell(progress, "asking nodes for their images", done, 0));
      return withCoverage(
          engine.name(), wanted, diagnosis.without(images.notMade()), images, progress);
    } catch (EngineException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  private static void tell(ProgressLine progress, String what, int done, int total) {
    progress.report(new Step(what, Step.Unit.ITEMS, done, total));
  }

  private List<Cluster> wanted(Engine engine, List<Cluster> all) throws CommandException {
    for (String name : names) {
      if (all.stream().noneMatch(cluster -> cluster.name().equals(name))) {
        throw CommandException.failure(
            "there is no cluster %s on %s: larder get clusters lists those that are"
                .formatted(name, engine.name()));
      }
    }
    return names.isEmpty()
        ? all
        : all.stream().filter(cluster -> names.contains(cluster.name())).toList();
  }

  private DoctorReport withCoverage(
      String engine,
      List<Cluster> clusters,
      Diagnosis diagnosis,
      NodeImages images,
      Progress progress) {
    if (images.byNode().isEmpty()) {
      return new DoctorReport(engine, clusters, diagnosis, Optional.empty());
    }
    try {
      Coverage coverage = images.coverage(known(images.manifests(), progress));
      return new DoctorReport(engine, clusters, diagnosis, Optional.of(coverage));
    } catch (CommandException | OperationException | IOException | UncheckedIOException e) {
      Diagnosis.NotMade why =
          new Diagnosis.NotMade(Area.COVERAGE, "larder", String.valueOf(e.getMessage()));
      return new DoctorReport(engine, clusters, diagnosis.without(List.of(why)), Optional.empty());
    }
  }

  private Set<Digest> known(Set<Digest> manifests, Progress progress)
      throws CommandException, OperationException, IOException {
    try (Target found = target.find(Optional.empty())) {
      JsonNode result = found.run(Operations.KNOWN, KnownOperation.arguments(manifests), progress);
      Set<Digest> known = new HashSet<>();
      for (JsonNode digest : result.path("known")) {
        Digest.parse(digest.asText()).ifPresent(known::add);
      }
      return known;
    }
  }

  private int print(DoctorReport report) {
    switch (output.format()) {
      case TEXT -> report.print(output.out(), listCoverage);
      case JSON -> output.out().println(report.json());
    }
    output.out().flush();
    return report.diagnosis().hasErrors() ? 1 : 0;
  }
}
