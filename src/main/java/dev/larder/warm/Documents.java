package dev.larder.warm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** The documents of a text, each for itself: one that is broken leaves the others as they are. */
final class Documents {
  /** A line that begins a document; what follows the dashes belongs to it. */
  private static final Pattern START = Pattern.compile("(?m)^---(?=[ \\t\\r\\n]|\\z)");

  /** More than any manifest that an API server takes; a document is in memory as a whole. */
  private static final int MAX_CHARACTERS = 64 << 20;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Documents() {}

  /** A document, of which one of the two is there. */
  record Document(Optional<Object> content, Optional<String> problem) {}

  /**
   * Reads YAML or JSON.
   *
   * @param name what the text is called in problems: a file
   */
  static List<Document> read(String name, String text) {
    List<Document> documents = new ArrayList<>();
    Matcher starts = START.matcher(text);
    int begin = 0;
    int line = 1;
    while (starts.find()) {
      add(documents, name, line, text.substring(begin, starts.start()));
      line += lines(text, begin, starts.start());
      begin = starts.end();
    }
    add(documents, name, line, text.substring(begin));
    return documents;
  }

  private static int lines(String text, int from, int to) {
    return (int) text.substring(from, to).chars().filter(c -> c == '\n').count();
  }

  private static void add(List<Document> documents, String name, int line, String text) {
    String stripped = text.strip();
    if (stripped.isEmpty()) {
      return;
    }
    if (stripped.startsWith("{")) {
      Optional<List<Object>> json = json(stripped);
      if (json.isPresent()) {
        json.get()
            .forEach(value -> documents.add(new Document(Optional.of(value), Optional.empty())));
        return;
      }
    }
    documents.add(yaml(name, line, text));
  }

  /** JSON values one after the other; empty if it isn't that: YAML may begin with a brace, too. */
  private static Optional<List<Object>> json(String text) {
    try (MappingIterator<Object> values = JSON.readerFor(Object.class).readValues(text)) {
      return Optional.of(values.readAll());
    } catch (JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new IllegalStateException("a text is read from memory", e);
    }
  }

  private static Document yaml(String name, int line, String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setAllowDuplicateKeys(true) // as kubectl does
            .setCodePointLimit(MAX_CHARACTERS)
            .build();
    try {
      Object content = new Load(settings).loadFromString(text);
      return new Document(Optional.ofNullable(content), Optional.empty());
    } catch (MarkedYamlEngineException e) {
      int at = line + e.getProblemMark().map(mark -> mark.getLine()).orElse(0);
      return broken("%s:%d: %s".formatted(name, at, e.getProblem()));
    } catch (YamlEngineException e) {
      return broken("%s:%d: %s".formatted(name, line, e.getMessage()));
    }
  }

  private static Document broken(String problem) {
    return new Document(Optional.empty(), Optional.of(problem));
  }
}
