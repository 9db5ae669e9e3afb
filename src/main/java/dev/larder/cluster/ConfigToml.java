package dev.larder.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * containerd's {@code config.toml} with {@code config_path} set in it, by a {@link MarkedBlock}.
 */
final class ConfigToml {
  private static final String MADE = "# The file was made for this block.\n";
  private static final Pattern EMPTY_PATH =
      Pattern.compile("(?md)^[ \\t]*config_path[ \\t]*=[ \\t]*(\"\"|'')[ \\t]*(#.*)?\\r?$");
  private static final Pattern HEADER = Pattern.compile("(?md)^[ \\t]*\\[");

  private ConfigToml() {}

  /**
   * The file with {@code config_path} set to {@code root}.
   *
   * <p>Lines are put in where they seem to belong, and then what came out is read: that it says
   * nothing else than before but this, and that what is put in can be taken out again.
   *
   * @param file the file, in which there is no block of ours; empty if there is none
   * @return empty if it can't be done
   */
  static Optional<String> withConfigPath(Optional<String> file, String root) {
    String text = file.orElse("");
    if (text.indexOf(Toml.NOT_UTF_8) >= 0) {
      return Optional.empty();
    }
    try {
      JsonNode before = Toml.parse(text);
      if (text.isBlank()) {
        return Optional.of(
            MarkedBlock.append(
                text,
                (file.isPresent() ? "" : MADE)
                    + "version = 2\n"
                    + table(RegistryConfiguration.OLD_PLUGIN, root)));
      }
      int version = before.path("version").asInt();
      if (version < 2) {
        return Optional.empty();
      }
      String plugin =
          version == 2 ? RegistryConfiguration.OLD_PLUGIN : RegistryConfiguration.PLUGIN;
      String edited = edited(text, plugin, root);
      return means(Toml.parse(edited), before, plugin, root)
              && MarkedBlock.removedFrom(edited).equals(text)
          ? Optional.of(edited)
          : Optional.empty();
    } catch (Toml.MalformedException e) {
      return Optional.empty();
    }
  }

  /** Whether the file, with a block of ours in it, wasn't there before. */
  static boolean wasMade(String text) {
    return text.contains(MADE) && MarkedBlock.removedFrom(text).isEmpty();
  }

  private static String edited(String text, String plugin, String root) {
    Matcher header =
        Pattern.compile(
                "(?md)^[ \\t]*\\[[ \\t]*plugins[ \\t]*\\.[ \\t]*[\"']"
                    + Pattern.quote(plugin)
                    + "[\"'][ \\t]*\\.[ \\t]*registry[ \\t]*\\][ \\t]*(#.*)?\\r?$")
            .matcher(text);
    if (!header.find()) {
      return MarkedBlock.append(text, table(plugin, root));
    }
    int begin = Math.min(header.end() + 1, text.length());
    Matcher next = HEADER.matcher(text).region(begin, text.length());
    int end = next.find() ? next.start() : text.length();
    Matcher empty = EMPTY_PATH.matcher(text).region(begin, end);
    return empty.find() && empty.end() < text.length()
        ? MarkedBlock.replace(text, empty.start(), empty.end(), line(root))
        : MarkedBlock.insert(text, begin, line(root));
  }

  private static String table(String plugin, String root) {
    return "[plugins.\"%s\".registry]\n  %s".formatted(plugin, line(root));
  }

  private static String line(String root) {
    return "config_path = \"" + root + "\"\n";
  }

  private static boolean means(JsonNode after, JsonNode before, String plugin, String root) {
    return RegistryConfiguration.of(after).roots().equals(List.of(root))
        && withoutPath(after, plugin).equals(withoutPath(before, plugin));
  }

  private static JsonNode withoutPath(JsonNode configuration, String plugin) {
    ObjectNode copy = configuration.deepCopy();
    copy.withObjectProperty("plugins")
        .withObjectProperty(plugin)
        .withObjectProperty("registry")
        .remove("config_path");
    return copy;
  }
}
