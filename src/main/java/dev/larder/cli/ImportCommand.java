package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code larder import}: takes over images from another registry's folder or an archive. */
@Command(
    name = "import",
    description =
        "Take over images from a bundle of larder export, the folder of a registry:2, an OCI image"
            + " layout (folder or tar), or an archive of docker save. May be run again, and goes on"
            + " then.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class ImportCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "SOURCE",
      description = "The folder or file. What it is, is found out; gzip is unpacked.")
  private Path source = Path.of("");

  @Option(
      names = "--repository",
      paramLabel = "NAME[=NEWNAME]",
      split = ",",
      description =
          "Only this repository, under another name if one is given; can be given several times."
              + " Default: all.")
  private List<String> repositories = new ArrayList<>();

  @Option(
      names = "--name",
      paramLabel = "NAME[:TAG]",
      description = "What an image is called that has no name in its archive.")
  private @Nullable String name;

  @Option(
      names = "--upstream",
      paramLabel = "REGISTRY",
      description =
          "Import into the mirror of this registry (docker.io): for the folder of a registry:2 that"
              + " was its cache. Default: import as images that were pushed.")
  private @Nullable String upstream;

  @Option(
      names = "--as-named",
      fallbackValue = "true",
      description =
          "Import each image of a layout where its whole name says: docker.io/library/app into the"
              + " mirror of docker.io. Default: for what larder export wrote.")
  private boolean asNamed;

  @Option(
      names = "--move-tags",
      fallbackValue = "true",
      description =
          "Move tags that are here already and point to other images. Default: leave these.")
  private boolean moveTags;

  @Option(
      names = "--dry-run",
      fallbackValue = "true",
      description = "Only tell what would be done.")
  private boolean dryRun;

  @Mixin private TaskOptions options = new TaskOptions();

  private ImportCommand() {}

  @Override
  public Integer call() throws CommandException {
    JsonNode arguments =
        ImportOperation.arguments(
            source.toAbsolutePath().normalize(),
            repositories,
            Optional.ofNullable(name),
            Optional.ofNullable(upstream),
            asNamed,
            moveTags,
            dryRun);
    JsonNode report =
        options.run(new Task(Operations.IMPORT, arguments, Optional.of(source)), this::print);
    int failures = report.path("failures").size();
    if (failures > 0) {
      throw CommandException.failure(
          "not everything was imported: %d %s above"
              .formatted(failures, failures == 1 ? "failure" : "failures"));
    }
    return 0;
  }

  private void print(JsonNode report) {
    PrintWriter out = options.out();
    print(report, "kept", "left as it is");
    print(report, "incomplete", "imported in part");
    print(report, "failures", "failed");
    out.println(
        "%s%s with %d repositories: %d manifests and %d tags %s, %d and %d were there"
            .formatted(
                dryRun ? "would import from " : "imported from ",
                report.path("kind").asText(),
                report.path("repositories").asLong(),
                report.path("manifests").asLong(),
                report.path("tags").asLong(),
                dryRun ? "new" : "added",
                report.path("manifestsThere").asLong(),
                report.path("tagsThere").asLong()));
    out.println(
        dryRun
            ? "blobs: %s to read, %s there or shared"
                .formatted(count(report, "toRead"), count(report, "there"))
            : "blobs: %s linked, %s copied, %s there or shared"
                .formatted(
                    count(report, "linked"), count(report, "copied"), count(report, "there")));
    if (report.has("notLinked")) {
      out.println(
          "files were copied, since they can't be linked: " + report.path("notLinked").asText());
    }
  }

  private void print(JsonNode report, String field, String what) {
    for (JsonNode notice : report.path(field)) {
      options
          .out()
          .println(
              "%s: %s: %s"
                  .formatted(what, notice.path("image").asText(), notice.path("text").asText()));
    }
  }

  private static String count(JsonNode report, String field) {
    JsonNode count = report.path(field);
    return "%d (%s)"
        .formatted(count.path("blobs").asLong(), Sizes.text(count.path("bytes").asLong()));
  }
}
