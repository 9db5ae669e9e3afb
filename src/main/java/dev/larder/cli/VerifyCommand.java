package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code larder verify}: reads and hashes everything that is stored. */
@Command(
    name = "verify",
    description = {
      "Read everything that is stored and compare it with its digest. Larder needn't be stopped.",
      "What is wrong is moved to the folder \"quarantine\" of the store and not served any more:"
          + " a mirrored layer is fetched anew when it is asked for, a pushed one must be pushed"
          + " again.",
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:everything is right",
      "1:something was wrong, or it couldn't be done",
      "2:a flag, a variable or the configuration file is wrong"
    })
final class VerifyCommand implements Callable<Integer> {
  @Mixin private TaskOptions options = new TaskOptions();

  private VerifyCommand() {}

  @Override
  public Integer call() throws CommandException {
    JsonNode result =
        options.run(new Task(Operations.VERIFY, Operations.noArguments()), this::print);
    return result.path("clean").asBoolean() ? 0 : 1;
  }

  private void print(JsonNode result) {
    result.path("problems").forEach(problem -> options.out().println(problem.asText()));
    for (JsonNode part : result.path("missing")) {
      options
          .out()
          .println(
              "%s lacks %s: push it again"
                  .formatted(part.path("image").asText(), part.path("lacks").asText()));
    }
    options
        .out()
        .println(
            "read %d blobs and %d manifests, %s: %s"
                .formatted(
                    result.path("blobs").asLong(),
                    result.path("manifests").asLong(),
                    Sizes.text(result.path("bytes").asLong()),
                    result.path("clean").asBoolean() ? "all are right" : "see above"));
  }
}
