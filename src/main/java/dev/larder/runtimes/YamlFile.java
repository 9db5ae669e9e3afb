package dev.larder.runtimes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.StreamDataWriter;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The documents of a YAML file, as a tree that keeps comments, quotes, anchors and order. A change
 * to it loses nothing but the file's indentation and line folding.
 */
final class YamlFile {
  private static final LoadSettings LOAD = LoadSettings.builder().setParseComments(true).build();

  /** Lists are indented below their key; nothing is folded. */
  private static final DumpSettings DUMP =
      DumpSettings.builder()
          .setDumpComments(true)
          .setIndent(2)
          .setIndicatorIndent(2)
          .setIndentWithIndicator(true)
          .setSplitLines(false)
          .setWidth(Integer.MAX_VALUE)
          .setAnchorGenerator(node -> node.getAnchor().orElseThrow())
          .build();

  /** The comments of a file that has nothing else. */
  private final String head;

  private final List<Node> documents;

  private YamlFile(String head, List<Node> documents) {
    this.head = head;
    this.documents = documents;
  }

  /**
   * @throws MergeException if {@code text} isn't YAML
   */
  static YamlFile parse(String text) throws MergeException {
    List<Node> documents = new ArrayList<>();
    if (text.lines().allMatch(line -> line.isBlank() || line.startsWith("#"))) {
      return new YamlFile(text, documents);
    }
    try {
      new Compose(LOAD).composeAllFromString(text).forEach(documents::add);
    } catch (MarkedYamlEngineException e) {
      String line =
          e.getProblemMark().map(mark -> "line %d: ".formatted(mark.getLine() + 1)).orElse("");
      throw new MergeException(line + "this is not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw new MergeException("this is not YAML: " + e.getMessage());
    }
    return new YamlFile("", documents);
  }

  /** The documents that are mappings. */
  List<YamlMap> maps() {
    List<YamlMap> maps = new ArrayList<>();
    for (Node document : documents) {
      if (document instanceof MappingNode mapping) {
        maps.add(new YamlMap(mapping));
      }
    }
    return maps;
  }

  /**
   * The file's only document; a new one if there is none.
   *
   * @throws MergeException if there are several, or it isn't a mapping
   */
  YamlMap only() throws MergeException {
    if (documents.isEmpty()) {
      return add();
    }
    if (documents.size() > 1) {
      throw new MergeException("there are %d documents in it, not one".formatted(documents.size()));
    }
    if (documents.getFirst() instanceof MappingNode mapping) {
      return new YamlMap(mapping);
    }
    throw new MergeException("expected keys and values");
  }

  /** Adds a document. */
  YamlMap add() {
    YamlMap map = YamlMap.empty();
    documents.add(map.node());
    return map;
  }

  /** The document of that {@code kind}, if there is one. */
  Optional<YamlMap> ofKind(String kind) throws MergeException {
    for (YamlMap map : maps()) {
      if (map.text("kind").filter(kind::equals).isPresent()) {
        return Optional.of(map);
      }
    }
    return Optional.empty();
  }

  String write() {
    StringBuilder text = new StringBuilder(head);
    if (!head.isEmpty() && !head.endsWith("\n")) {
      text.append('\n');
    }
    boolean first = true;
    for (Node document : documents) {
      if (!first) {
        text.append("---\n");
      }
      first = false;
      new Dump(DUMP).dumpNode(document, new Appending(text));
    }
    return text.toString();
  }

  private record Appending(StringBuilder text) implements StreamDataWriter {
    @Override
    public void write(String part) {
      text.append(part);
    }

    @Override
    public void write(String part, int offset, int length) {
      text.append(part, offset, offset + length);
    }
  }
}
