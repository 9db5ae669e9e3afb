package dev.larder.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A mapping in a YAML file that knows on which line each key stands, so that errors can say it. */
final class YamlMapping {
  private final Path file;
  private final Map<String, NodeTuple> entries = new LinkedHashMap<>();

  private YamlMapping(Path file, Optional<Node> node) throws CommandException {
    this.file = file;
    if (node.isEmpty() || node.get().getTag().equals(Tag.NULL)) {
      return;
    }
    if (!(node.get() instanceof MappingNode mapping)) {
      throw error(node.get(), "expected keys and values");
    }
    for (NodeTuple entry : mapping.getValue()) {
      String key = scalar(entry.getKeyNode());
      if (entries.put(key, entry) != null) {
        throw error(entry.getKeyNode(), "\"%s\" is here twice".formatted(key));
      }
    }
  }

  /**
   * Reads a file.
   *
   * @throws CommandException if it can't be read, isn't YAML, or isn't a mapping
   */
  static YamlMapping read(Path file) throws CommandException {
    return new YamlMapping(file, compose(file));
  }

  /**
   * What a file has.
   *
   * @throws CommandException if it can't be read or isn't YAML
   */
  static Optional<Node> compose(Path file) throws CommandException {
    try (InputStream in = Files.newInputStream(file)) {
      LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
      return new Compose(settings).composeInputStream(in);
    } catch (MarkedYamlEngineException e) {
      String line = e.getProblemMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
      throw CommandException.usage("%s%s: %s".formatted(file, line, e.getProblem()));
    } catch (YamlEngineException e) {
      throw CommandException.usage("%s: %s".formatted(file, e.getMessage()));
    } catch (IOException e) {
      throw CommandException.usage("cannot read the configuration file %s: %s".formatted(file, e));
    }
  }

  /** The keys, in the file's order. */
  Set<String> keys() {
    return entries.keySet();
  }

  /**
   * @throws CommandException if there is a key that isn't one of {@code known}
   */
  void allowOnly(List<String> known) throws CommandException {
    for (String key : keys()) {
      if (!known.contains(key)) {
        throw error(
            key, "unknown key \"%s\"; known here: %s".formatted(key, String.join(", ", known)));
      }
    }
  }

  Optional<String> text(String key) throws CommandException {
    NodeTuple entry = entries.get(key);
    return entry == null ? Optional.empty() : Optional.of(scalar(entry.getValueNode()));
  }

  Optional<Boolean> flag(String key) throws CommandException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    return switch (text.get()) {
      case "true" -> Optional.of(true);
      case "false" -> Optional.of(false);
      default -> throw error(key, "\"%s\" is true or false".formatted(key));
    };
  }

  /** A list of texts, or one text alone; empty if the key isn't there. */
  List<String> texts(String key) throws CommandException {
    NodeTuple entry = entries.get(key);
    if (entry == null) {
      return List.of();
    }
    if (!(entry.getValueNode() instanceof SequenceNode sequence)) {
      return List.of(scalar(entry.getValueNode()));
    }
    List<String> texts = new ArrayList<>();
    for (Node node : sequence.getValue()) {
      texts.add(scalar(node));
    }
    return texts;
  }

  /** The mappings of the list under that key; empty if the key isn't there. */
  List<YamlMapping> mappings(String key) throws CommandException {
    NodeTuple entry = entries.get(key);
    if (entry == null) {
      return List.of();
    }
    if (!(entry.getValueNode() instanceof SequenceNode sequence)) {
      throw error(entry.getValueNode(), "expected a list");
    }
    List<YamlMapping> mappings = new ArrayList<>();
    for (Node node : sequence.getValue()) {
      mappings.add(new YamlMapping(file, Optional.of(node)));
    }
    return mappings;
  }

  /** The mapping under that key; one without entries if the key isn't there. */
  YamlMapping mapping(String key) throws CommandException {
    return new YamlMapping(
        file, Optional.ofNullable(entries.get(key)).map(NodeTuple::getValueNode));
  }

  /** An error about that key, which is in this mapping. */
  CommandException error(String key, String message) {
    NodeTuple entry = entries.get(key);
    return entry == null
        ? CommandException.usage("%s: %s".formatted(file, message))
        : error(entry.getKeyNode(), message);
  }

  private String scalar(Node node) throws CommandException {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw error(node, "expected a single value");
  }

  private CommandException error(Node node, String message) {
    String line = node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
    return CommandException.usage("%s%s: %s".formatted(file, line, message));
  }
}
