package dev.larder.cli;

import java.util.Map;
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
  /** By their names, in no order: {@link CommandGroups} has that. */
  private static final Map<String, Class<?>> COMMANDS =
      Map.ofEntries(
          Map.entry("up", UpCommand.class),
          Map.entry("down", DownCommand.class),
          Map.entry("serve", ServeCommand.class),
          Map.entry("user", UserCommand.class),
          Map.entry("rm", RemoveCommand.class),
          Map.entry("refresh", RefreshCommand.class),
          Map.entry("pin", PinCommand.class),
          Map.entry("unpin", UnpinCommand.class),
          Map.entry("gc", CollectCommand.class),
          Map.entry("verify", VerifyCommand.class),
          Map.entry("pull", PullCommand.class),
          Map.entry("export", ExportCommand.class),
          Map.entry("import", ImportCommand.class),
          Map.entry("status", StatusCommand.class),
          Map.entry("events", EventsCommand.class),
          Map.entry("get", GetCommand.class),
          Map.entry("control", ControlCommand.class),
          Map.entry("attach", AttachCommand.class),
          Map.entry("detach", DetachCommand.class),
          Map.entry("config", ConfigCommand.class),
          Map.entry("load", LoadCommand.class),
          Map.entry("doctor", DoctorCommand.class),
          Map.entry("image", ImageCommand.class));

  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine(args).execute(args));
  }

  /**
   * What reads a command line, with the command alone that it names: to look at what all of them
   * can do takes a quarter of a start. With all where it names none; and with what they are for,
   * where a single option asks for help at most.
   */
  static CommandLine commandLine(String... args) {
    CommandLine commandLine = new CommandLine(new Main());
    Class<?> named = args.length == 0 ? null : COMMANDS.get(args[0]);
    if (named != null) {
      commandLine.addSubcommand(args[0], named);
    } else if (args.length == 1 && args[0].startsWith("-")) {
      COMMANDS.forEach((name, type) -> commandLine.addSubcommand(name, described(type)));
    } else {
      COMMANDS.forEach(commandLine::addSubcommand);
    }
    CommandGroups.show(commandLine);
    commandLine.setDefaultValueProvider(new EnvironmentDefaults(System.getenv()));
    commandLine.setParameterExceptionHandler(
        (exception, _) -> fail(exception.getCommandLine(), exception, 2));
    commandLine.setExecutionExceptionHandler(
        (exception, line, _) -> {
          if (exception instanceof CommandException mistake) {
            return fail(line, mistake, mistake.exitCode());
          }
          throw exception;
        });
    return commandLine;
  }

  private static CommandSpec described(Class<?> command) {
    Command annotation = command.getAnnotation(Command.class);
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage().description(annotation.description()).hidden(annotation.hidden());
    return spec;
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
