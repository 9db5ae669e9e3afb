package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.control.OperationException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The flags of a command that has a {@link Task} done, and how it shows that. */
final class TaskOptions {
  @Mixin private TargetOptions target = new TargetOptions();

  @Mixin private OutputOptions output = new OutputOptions();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /**
   * Has the task done, with its progress on standard error, and prints what came of it.
   *
   * @param text prints it for people
   * @return what came of it
   */
  JsonNode run(Task task, Consumer<JsonNode> text) throws CommandException {
    PrintWriter err = spec.commandLine().getErr();
    JsonNode result;
    try (Target found = target.find(task.files());
        ProgressLine progress = ProgressLine.on(err, InstantSource.system())) {
      result = found.run(task.operation(), task.arguments(), progress);
    } catch (OperationException | IOException | UncheckedIOException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
    switch (output.format()) {
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
