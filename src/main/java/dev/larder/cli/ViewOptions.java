package dev.larder.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The flag that says how a command prints what there is, and where that goes. */
final class ViewOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "How to print it: ${COMPLETION-CANDIDATES}. Default: text.",
      defaultValue = "text")
  private ViewFormat format = ViewFormat.TEXT;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  ViewFormat format() {
    return format;
  }

  /** Standard output. */
  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Standard error. */
  PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
