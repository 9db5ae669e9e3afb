package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code larder rm}: removes images that were pushed. */
@Command(
    name = "rm",
    description = "Remove images that were pushed.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class RemoveCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "IMAGE",
      arity = "1..*",
      description =
          "NAME:TAG or NAME@DIGEST; localhost:5000/ and the like may stand before it. With the"
              + " registry of an upstream (docker.io/org/app:1), what was pushed over its image.")
  private List<String> images = new ArrayList<>();

  @Mixin private TaskOptions options = new TaskOptions();

  private RemoveCommand() {}

  @Override
  public Integer call() throws CommandException {
    options.run(new Task(Operations.REMOVE, RemoveOperation.arguments(images)), this::print);
    return 0;
  }

  private void print(JsonNode result) {
    result.path("removed").forEach(image -> options.out().println("removed " + image.asText()));
  }
}
