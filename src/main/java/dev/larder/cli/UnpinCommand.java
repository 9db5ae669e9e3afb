package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code larder unpin}: lets pinned images go when their room is needed. */
@Command(
    name = "unpin",
    description = "Let pinned images go when their room is needed.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class UnpinCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "IMAGE",
      arity = "1..*",
      description = "The names by which they were pinned.")
  private List<String> images = new ArrayList<>();

  @Mixin private TaskOptions options = new TaskOptions();

  private UnpinCommand() {}

  @Override
  public Integer call() throws CommandException {
    options.run(new Task(Operations.UNPIN, PinOperation.arguments(images)), this::print);
    return 0;
  }

  private void print(JsonNode result) {
    result
        .path("unpinned")
        .forEach(image -> options.out().println("unpinned " + image.path("name").asText()));
  }
}
