package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The flags of a command that has a {@link Task} done, and how it shows that. */
final class TaskOptions {
  @Mixin private StoreOptions store = new StoreOptions();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "How to print what came of it: ${COMPLETION-CANDIDATES}. Default: text.",
      defaultValue = "text")
  private OutputFormat output = OutputFormat.TEXT;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /**
   * Has the task done, with its progress on standard error, and prints what came of it.
   *
   * @param text prints it for people
   * @return what came of it
   */
  JsonNode run(Task task, Consumer<JsonNode> text) throws CommandException {
    Configuration configuration = store.configuration(System.getenv());
    PrintWriter err = spec.commandLine().getErr();
    JsonNode result;
    try (ProgressLine progress = ProgressLine.on(err, InstantSource.system())) {
      result = task.run(configuration, progress);
    }
    switch (output) {
      case TEXT -> text.accept(result);
      case JSON -> out().println(result);
    }
    out().flush();
    return result;
  }

  /** Standard output. */
  PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
