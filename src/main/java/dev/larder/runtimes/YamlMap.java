package dev.larder.runtimes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A mapping of a {@link YamlFile}, to read and to add to. A key without a value counts as absent.
 */
record YamlMap(MappingNode node) {

  static YamlMap empty() {
    return new YamlMap(new MappingNode(Tag.MAP, new ArrayList<>(), FlowStyle.BLOCK));
  }

  /** A text as it is best written: over several lines if it has them. */
  static Node scalar(String text) {
    return new ScalarNode(
        Tag.STR, text, text.contains("\n") ? ScalarStyle.LITERAL : ScalarStyle.PLAIN);
  }

  List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (NodeTuple entry : node.getValue()) {
      if (entry.getKeyNode() instanceof ScalarNode key) {
        keys.add(key.getValue());
      }
    }
    return keys;
  }

  Optional<String> text(String key) throws MergeException {
    Optional<Node> value = value(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (value.get() instanceof ScalarNode scalar) {
      return Optional.of(scalar.getValue());
    }
    throw new MergeException("%s\"%s\" is a text".formatted(line(value.get()), key));
  }

  Optional<YamlMap> map(String key) throws MergeException {
    Optional<Node> value = value(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (value.get() instanceof MappingNode mapping) {
      return Optional.of(new YamlMap(mapping));
    }
    throw new MergeException("%s\"%s\" has keys and values".formatted(line(value.get()), key));
  }

  /** The mapping under that key, which is made if need be. */
  YamlMap mapOrNew(String key) throws MergeException {
    Optional<YamlMap> there = map(key);
    if (there.isPresent()) {
      return there.get();
    }
    YamlMap made = empty();
    put(key, made.node());
    return made;
  }

  /** The items of the list under that key; empty if there is none. */
  List<Node> list(String key) throws MergeException {
    Optional<Node> value = value(key);
    if (value.isEmpty()) {
      return List.of();
    }
    if (value.get() instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    throw new MergeException("%s\"%s\" is a list".formatted(line(value.get()), key));
  }

  /** The texts of the list under that key. */
  List<String> texts(String key) throws MergeException {
    List<String> texts = new ArrayList<>();
    for (Node item : list(key)) {
      if (!(item instanceof ScalarNode scalar)) {
        throw new MergeException("%s\"%s\" is a list of texts".formatted(line(item), key));
      }
      texts.add(scalar.getValue());
    }
    return texts;
  }

  /** The mappings of the list under that key. */
  List<YamlMap> maps(String key) throws MergeException {
    List<YamlMap> maps = new ArrayList<>();
    for (Node item : list(key)) {
      if (!(item instanceof MappingNode mapping)) {
        throw new MergeException(
            "%s\"%s\" is a list of keys and values".formatted(line(item), key));
      }
      maps.add(new YamlMap(mapping));
    }
    return maps;
  }

  /** Puts a text under a key. */
  YamlMap put(String key, String text) {
    put(key, scalar(text));
    return this;
  }

  /** Puts a value under a key, in the place of one that is there. */
  void put(String key, Node value) {
    unfold();
    List<NodeTuple> entries = node.getValue();
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).getKeyNode() instanceof ScalarNode there && there.getValue().equals(key)) {
        entries.set(i, new NodeTuple(there, value));
        return;
      }
    }
    entries.add(new NodeTuple(scalar(key), value));
  }

  /** Adds an item at the end of the list under that key, which is made if need be. */
  void append(String key, Node item) throws MergeException {
    List<Node> items = listOrNew(key);
    items.add(items.size(), item);
  }

  /** Adds an item before the others of the list under that key, which is made if need be. */
  void prepend(String key, Node item) throws MergeException {
    listOrNew(key).add(0, item);
  }

  private List<Node> listOrNew(String key) throws MergeException {
    if (list(key).isEmpty()) {
      put(key, new SequenceNode(Tag.SEQ, new ArrayList<>(), FlowStyle.BLOCK));
    }
    return list(key);
  }

  /** Writes an empty mapping, which is {@code {}}, over several lines from now on. */
  private void unfold() {
    if (node.getValue().isEmpty()) {
      node.setFlowStyle(FlowStyle.BLOCK);
    }
  }

  private Optional<Node> value(String key) {
    for (NodeTuple entry : node.getValue()) {
      if (entry.getKeyNode() instanceof ScalarNode there
          && there.getValue().equals(key)
          && !entry.getValueNode().getTag().equals(Tag.NULL)) {
        return Optional.of(entry.getValueNode());
      }
    }
    return Optional.empty();
  }

  private static String line(Node node) {
    return node.getStartMark().map(mark -> "line %d: ".formatted(mark.getLine() + 1)).orElse("");
  }
}
