package dev.larder.cli;

import dev.larder.registry.access.Htpasswd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code larder user}: who can log in. A Larder that serves sees the change by itself. */
@Command(
    name = "user",
    description = "Add, remove and list the users of a password file.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
final class UserCommand implements Callable<Integer> {
  @Option(
      names = "--htpasswd",
      paramLabel = "FILE",
      required = true,
      scope = ScopeType.INHERIT,
      description = "The file that serve has as --htpasswd.")
  private @Nullable Path htpasswd;

  @Spec private CommandSpec spec = CommandSpec.create();

  private UserCommand() {}

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getOut());
    return 0;
  }

  @Command(
      name = "add",
      description = "Add a user, or give it another password.",
      mixinStandardHelpOptions = true)
  int add(
      @Parameters(paramLabel = "NAME", description = "The user.") String name,
      @Option(
              names = "--password-stdin",
              fallbackValue = "true",
              description = "Read the password from standard input instead of asking for it.")
          boolean passwordStdin)
      throws CommandException {
    UserFile file = file();
    Htpasswd users = file.read();
    String password = passwordStdin ? passwordFromInput() : passwordFromTerminal();
    try {
      file.write(users.with(name, password));
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(String.valueOf(e.getMessage()));
    }
    return 0;
  }

  @Command(name = "rm", description = "Remove a user.", mixinStandardHelpOptions = true)
  int remove(@Parameters(paramLabel = "NAME", description = "The user.") String name)
      throws CommandException {
    UserFile file = file();
    Htpasswd users = file.read();
    if (!users.users().contains(name)) {
      throw CommandException.failure("there is no user \"%s\" in %s".formatted(name, htpasswd));
    }
    file.write(users.without(name));
    return 0;
  }

  @Command(name = "list", description = "List the users.", mixinStandardHelpOptions = true)
  int list() throws CommandException {
    file().read().users().forEach(spec.commandLine().getOut()::println);
    return 0;
  }

  private UserFile file() {
    if (htpasswd == null) {
      throw new IllegalStateException("a required option");
    }
    return new UserFile(htpasswd);
  }

  private static String passwordFromInput() throws CommandException {
    try {
      String line =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
      return line == null ? "" : line;
    } catch (IOException e) {
      throw CommandException.failure("can't read the password: " + e.getMessage());
    }
  }

  private static String passwordFromTerminal() throws CommandException {
    java.io.Console terminal =
        Optional.ofNullable(System.console())
            .filter(java.io.Console::isTerminal)
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "there is no terminal to ask for the password at: use --password-stdin"));
    char[] first = terminal.readPassword("Password: ");
    char[] second = terminal.readPassword("Again: ");
    if (first == null || !Arrays.equals(first, second)) {
      throw CommandException.usage("the two aren't the same: nothing is changed");
    }
    return new String(first);
  }
}
