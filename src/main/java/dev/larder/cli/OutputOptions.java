package dev.larder.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The flag that says how a command prints what came of it, and where that goes. */
final class OutputOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "How to print what came of it: ${COMPLETION-CANDIDATES}. Default: text.",
      defaultValue = "text")
  private OutputFormat format = OutputFormat.TEXT;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  OutputFormat format() {
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
