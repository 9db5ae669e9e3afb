package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code larder pin}: keeps mirrored images however long nobody asks for them. */
@Command(
    name = "pin",
    description = {
      "Keep mirrored images however long nobody asks for them, and all images that an index lists."
          + " Without IMAGE, say which are pinned.",
      "A pin of a tag holds what the tag names now and later; it may be there before the image."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class PinCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "IMAGE",
      arity = "0..*",
      description = "REGISTRY/NAME:TAG or REGISTRY/NAME@DIGEST.")
  private List<String> images = new ArrayList<>();

  @Mixin private TaskOptions options = new TaskOptions();

  private PinCommand() {}

  @Override
  public Integer call() throws CommandException {
    options.run(new Task(Operations.PIN, PinOperation.arguments(images)), this::print);
    return 0;
  }

  private void print(JsonNode result) {
    for (JsonNode image : result.path("pinned")) {
      options
          .out()
          .println(
              "pinned %s%s"
                  .formatted(
                      image.path("name").asText(),
                      image.path("here").asBoolean()
                          ? ""
                          : ", which isn't here: it stays once it is pulled"));
    }
    if (result.path("pinned").isEmpty()) {
      options.out().println("Nothing is pinned.");
    }
  }
}
