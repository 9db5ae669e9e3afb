package dev.larder.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code larder}: prints its help; everything else is a subcommand. */
@Command(
    name = "larder",
    description = "A container-image registry that caches every upstream and takes pushes.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      UpCommand.class,
      DownCommand.class,
      ServeCommand.class,
      UserCommand.class,
      RemoveCommand.class,
      RefreshCommand.class,
      PinCommand.class,
      UnpinCommand.class,
      CollectCommand.class,
      VerifyCommand.class,
      PullCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      StatusCommand.class,
      EventsCommand.class,
      GetCommand.class,
      ControlCommand.class,
      AttachCommand.class,
      DetachCommand.class,
      ConfigCommand.class,
      LoadCommand.class,
      DoctorCommand.class,
      ImageCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:it couldn't be done, which standard error explains; or verify found something wrong",
      "2:a flag, a variable or the configuration file is wrong"
    },
    footer = {
      "",
      "Each flag can be given as a variable: --listen is LARDER_LISTEN, with commas between"
          + " values.",
      "A flag wins over its variable, and that over the configuration file."
    })
public final class Main implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new Main());
    CommandGroups.show(commandLine);
    commandLine.setDefaultValueProvider(new EnvironmentDefaults(System.getenv()));
    commandLine.setParameterExceptionHandler(
        (exception, args) -> fail(exception.getCommandLine(), exception, 2));
    commandLine.setExecutionExceptionHandler(
        (exception, line, parsed) -> {
          if (exception instanceof CommandException mistake) {
            return fail(line, mistake, mistake.exitCode());
          }
          throw exception;
        });
    return commandLine;
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getOut());
    return 0;
  }

  private static int fail(CommandLine line, Exception mistake, int exitCode) {
    line.getErr().println("larder: " + mistake.getMessage());
    return exitCode;
  }
}
