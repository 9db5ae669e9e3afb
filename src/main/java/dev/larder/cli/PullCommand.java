package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.control.OperationException;
import dev.larder.oci.Platforms;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code larder pull}: warms Larder. */
@Command(
    name = "pull",
    description = {
      "Bring images into Larder before clusters ask for them, through the Larder that serves.",
      "Those of Larder's own names, like localhost:5000/app, are looked for only. Signatures and"
          + " what else refers to an image stay upstream; name a signature's tag to have it."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all images are here",
      "1:some aren't, and standard error says why",
      "2:a flag, a variable or the configuration file is wrong"
    })
final class PullCommand implements Callable<Integer> {
  @Mixin private ImageOptions images = new ImageOptions();

  @Mixin private OutputOptions output = new OutputOptions();

  @Mixin private TargetOptions target = new TargetOptions();

  private PullCommand() {}

  @Override
  public Integer call() throws CommandException {
    Platforms platforms = images.platforms();
    ImageOptions.Wanted wanted = images.find(output.err());
    JsonNode result = run(wanted, platforms);
    if (output.format() == OutputFormat.JSON) {
      output.out().println(result);
      output.out().flush();
    }
    wanted.failures().forEach(failure -> output.err().println("failed: " + failure));
    long failed =
        wanted.failures().size()
            + StreamSupport.stream(result.path("images").spliterator(), false)
                .filter(image -> image.has("failure"))
                .count();
    if (failed > 0) {
      throw CommandException.failure(
          "not everything is here: %d %s above"
              .formatted(failed, failed == 1 ? "failure" : "failures"));
    }
    return 0;
  }

  private JsonNode run(ImageOptions.Wanted wanted, Platforms platforms) throws CommandException {
    PrintWriter lines = output.format() == OutputFormat.TEXT ? output.out() : output.err();
    try (Target found = target.find(Optional.empty());
        PullDisplay display = PullDisplay.on(lines, output.err())) {
      return found.run(
          Operations.PULL, PullOperation.arguments(wanted.images(), platforms, false), display);
    } catch (OperationException | IOException | UncheckedIOException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }
}
