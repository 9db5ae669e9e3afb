package dev.larder.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code larder get}: lists what there is of something. */
@Command(
    name = "get",
    description = "List images, tags, upstreams or clusters.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "WHAT",
    subcommands = {
      GetImagesCommand.class,
      GetTagsCommand.class,
      GetUpstreamsCommand.class,
      GetClustersCommand.class
    })
final class GetCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  private GetCommand() {}

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(), "say what to list: " + String.join(", ", spec.subcommands().keySet()));
  }
}
