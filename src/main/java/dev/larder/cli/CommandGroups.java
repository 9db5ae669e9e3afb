package dev.larder.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Lists commands in groups, in the help of the command that they are of. */
final class CommandGroups {
  private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();

  static {
    GROUPS.put("Serve", List.of("up", "down", "serve", "status", "events", "user"));
    GROUPS.put("Clusters", List.of("attach", "detach", "doctor", "config"));
    GROUPS.put(
        "Images",
        List.of("get", "load", "pull", "refresh", "pin", "unpin", "export", "import", "rm"));
    GROUPS.put("Upkeep", List.of("gc", "verify", "image"));
  }

  private CommandGroups() {}

  /** Lets the help of {@code line} show them; what is in no group comes last. */
  static void show(CommandLine line) {
    line.getHelpSectionMap().remove(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING);
    line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, CommandGroups::list);
  }

  private static String list(Help help) {
    Map<String, Help> left = new LinkedHashMap<>(help.subcommands());
    StringBuilder text = new StringBuilder();
    GROUPS.forEach(
        (heading, names) -> {
          Map<String, Help> group = new LinkedHashMap<>();
          for (String name : names) {
            Help command = left.remove(name);
            if (command != null) {
              group.put(name, command);
            }
          }
          text.append(section(help, heading, group));
        });
    return text.append(section(help, "Others", left)).toString();
  }

  private static String section(Help help, String heading, Map<String, Help> commands) {
    if (commands.isEmpty()) {
      return "";
    }
    List<String> lines = new ArrayList<>();
    lines.add(help.createHeading("%n" + heading + ":%n"));
    lines.add(help.commandList(commands));
    return String.join("", lines);
  }
}
