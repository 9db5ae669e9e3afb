package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code larder gc}: removes what nothing refers to. */
@Command(
    name = "gc",
    description = {
      "Remove pushed layers that no image refers to. Larder does so by itself while it serves; it"
          + " needn't be stopped for this, and pushes may go on.",
      "What is mirrored stays."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class CollectCommand implements Callable<Integer> {
  @Option(
      names = "--dry-run",
      fallbackValue = "true",
      description = "Only say what would be removed.")
  private boolean dryRun;

  @Option(
      names = "--untagged",
      fallbackValue = "true",
      description =
          "Remove images as well to which no tag points; what an index lists, and what is attached"
              + " to an image that stays, stays.")
  private boolean untagged;

  @Option(
      names = "--grace",
      paramLabel = "TIME",
      description =
          "Leave what was referred to, pushed or asked for in the last TIME (30s, 5m, 12h)."
              + " Default: collect-after of the configuration, else 1h. With 0s, a push in progress"
              + " may be refused at its end.")
  private @Nullable String grace;

  @Mixin private TaskOptions options = new TaskOptions();

  private CollectCommand() {}

  @Override
  public Integer call() throws CommandException {
    options.run(
        new Task(Operations.COLLECT, CollectOperation.arguments(grace(), untagged, dryRun)),
        this::print);
    return 0;
  }

  private Optional<Duration> grace() throws CommandException {
    Optional<Duration> parsed = Optional.ofNullable(grace).flatMap(Durations::parse);
    if (grace != null && parsed.isEmpty()) {
      throw CommandException.usage("--grace is a time like 0s, 30s, 5m, 12h or 7d, not " + grace);
    }
    return parsed;
  }

  private void print(JsonNode result) {
    boolean looked = result.path("dryRun").asBoolean();
    if (untagged) {
      options
          .out()
          .println(
              "%s %d manifests without a tag"
                  .formatted(
                      looked ? "would remove" : "removed", result.path("manifests").asLong()));
    }
    options
        .out()
        .println(
            "%s %d blobs, %s%s"
                .formatted(
                    looked ? "would remove" : "removed",
                    result.path("blobs").asLong() + result.path("orphans").asLong(),
                    looked ? "at most " : "",
                    Sizes.text(result.path("bytes").asLong())));
  }
}
