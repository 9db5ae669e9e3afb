package dev.larder.runtimes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import java.util.regex.Pattern;

/**
 * A TOML file as text. It is read to see what it says, and tables are added to it as text, so that
 * everything else stays as its author wrote it.
 */
final class TomlText {
  private static final TomlMapper MAPPER = new TomlMapper();
  private static final Pattern FIRST_TABLE = Pattern.compile("^[ \\t]*\\[", Pattern.MULTILINE);

  private TomlText() {}

  /**
   * What it says.
   *
   * @throws MergeException if it isn't TOML
   */
  static JsonNode parse(String text) throws MergeException {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new MergeException("this is not TOML: " + e.getOriginalMessage());
    }
  }

  /**
   * The file with tables at its end.
   *
   * @throws MergeException if they can't stand there
   */
  static String append(String text, String tables) throws MergeException {
    if (text.isBlank()) {
      return text + tables;
    }
    String separator = text.endsWith("\n") ? "\n" : "\n\n";
    return checked(text + separator + tables, tables);
  }

  /**
   * The file with tables before all others of its own.
   *
   * @throws MergeException if they can't stand there
   */
  static String prepend(String text, String tables) throws MergeException {
    var table = FIRST_TABLE.matcher(text);
    if (!table.find()) {
      return append(text, tables);
    }
    return checked(
        text.substring(0, table.start()) + tables + "\n" + text.substring(table.start()), tables);
  }

  private static String checked(String whole, String tables) throws MergeException {
    JsonNode added = parse(tables);
    JsonNode said;
    try {
      said = parse(whole);
    } catch (MergeException e) {
      said = MissingNode.getInstance();
    }
    if (!contains(said, added)) {
      throw new MergeException(
          "what is in it is written in a way that tables can't be added to; add by hand what these"
              + " say:\n"
              + tables);
    }
    return whole;
  }

  private static boolean contains(JsonNode whole, JsonNode part) {
    if (part.isObject()) {
      return part.propertyStream()
          .allMatch(entry -> contains(whole.path(entry.getKey()), entry.getValue()));
    }
    if (part.isArray()) {
      return part.valueStream()
          .allMatch(item -> whole.valueStream().anyMatch(there -> contains(there, item)));
    }
    return whole.equals(part);
  }
}
