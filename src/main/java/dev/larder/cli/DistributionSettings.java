package dev.larder.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * The settings of {@code registry:2}, from its YAML file and its {@code REGISTRY_…} variables, by
 * their paths: {@code http.tls.key}, and {@code http.tls.clientcas.0} for an element of a list.
 * Whoever understands a setting takes it; what is left wasn't understood.
 *
 * @see <a href="https://distribution.github.io/distribution/about/configuration/">Configuring a
 *     registry</a>
 */
final class DistributionSettings {
  private static final String PREFIX = "REGISTRY_";

  /** Names the file where the command line doesn't. */
  private static final String FILE_VARIABLE = "REGISTRY_CONFIGURATION_PATH";

  /** Where podman and skopeo find their logins: no setting of a registry. */
  private static final String FOREIGN_VARIABLE = "REGISTRY_AUTH_FILE";

  private static final Set<String> SECTIONS =
      Set.of(
          "log",
          "loglevel",
          "storage",
          "auth",
          "middleware",
          "reporting",
          "http",
          "notifications",
          "redis",
          "health",
          "catalog",
          "proxy",
          "compatibility",
          "validation",
          "policy");

  /** Sections whose entries are kinds of something: a kind alone may stand for its entry. */
  private static final Set<String> KINDS = Set.of("storage", "auth");

  /**
   * A setting. Never shows its value, which may be a password.
   *
   * @param value as it was written; empty where nothing was
   * @param place the file and line, or the variable
   */
  record Setting(String path, String value, String place) {
    /** An error about it, in a sentence that doesn't repeat its name. */
    CommandException error(String message) {
      return CommandException.usage("%s: %s %s".formatted(place, path, message));
    }

    @Override
    public String toString() {
      return path;
    }
  }

  private final Map<String, Setting> settings = new LinkedHashMap<>();
  private final List<String> unknownVariables = new ArrayList<>();

  private DistributionSettings() {}

  /** The file that is meant where the command line names none. */
  static Optional<Path> fileFrom(Map<String, String> environment) {
    return Optional.ofNullable(environment.get(FILE_VARIABLE)).map(Path::of);
  }

  /** The variables that are settings, in the order in which they count. */
  static List<String> variables(Map<String, String> environment) {
    return environment.keySet().stream()
        .filter(name -> name.startsWith(PREFIX) && !name.equals(FOREIGN_VARIABLE))
        .filter(name -> SECTIONS.contains(path(name).split("\\.", 2)[0]))
        .sorted()
        .toList();
  }

  /**
   * Reads the file, if there is one, and the variables, which win.
   *
   * @throws CommandException if the file can't be read or isn't one of {@code registry:2}'s
   */
  static DistributionSettings read(Optional<Path> file, Map<String, String> environment)
      throws CommandException {
    DistributionSettings settings = new DistributionSettings();
    if (file.isPresent()) {
      settings.add(file.get());
    }
    List<String> variables = variables(environment);
    for (String variable : variables) {
      settings.override(variable, environment.getOrDefault(variable, ""));
    }
    for (String name : new TreeMap<>(environment).keySet()) {
      if (name.startsWith(PREFIX)
          && !variables.contains(name)
          && !name.equals(FILE_VARIABLE)
          && !name.equals(FOREIGN_VARIABLE)) {
        settings.unknownVariables.add(name);
      }
    }
    return settings;
  }

  private void add(Path file) throws CommandException {
    Optional<Node> root = YamlMapping.compose(file);
    root.ifPresent(node -> add("", node, Optional.of(file), file.toString()));
    Optional<Setting> version = take("version");
    if (version.isEmpty()) {
      throw CommandException.usage(
          "%s is no configuration of registry:2, which begins with version: 0.1; give Larder's own with --config"
              .formatted(file));
    }
    if (!version.get().value().equals("0.1")) {
      throw version.get().error("must be 0.1");
    }
  }

  /**
   * A variable takes the place of all that stands at its path; its value is YAML.
   *
   * @throws CommandException if it isn't
   */
  private void override(String variable, String value) throws CommandException {
    String path = path(variable);
    settings.keySet().removeIf(other -> isAtOrBelow(other, path) || path.startsWith(other + "."));
    try {
      compose(variable, value).ifPresent(node -> add(path, node, Optional.empty(), variable));
    } catch (YamlEngineException e) {
      throw CommandException.usage(
          variable + " isn't well-formed YAML: put its value in quotes, as a file would need it");
    }
  }

  private static String path(String variable) {
    return variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '.');
  }

  private static Optional<Node> compose(String label, String yaml) {
    return new Compose(LoadSettings.builder().setLabel(label).build()).composeString(yaml);
  }

  /**
   * @param file whose lines the nodes have; without, {@code place} is where all of them stand
   */
  private void add(String path, Node node, Optional<Path> file, String place) {
    switch (node) {
      case MappingNode mapping when !mapping.getValue().isEmpty() -> {
        for (NodeTuple entry : mapping.getValue()) {
          String key = entry.getKeyNode() instanceof ScalarNode name ? name.getValue() : "?";
          String below = path.isEmpty() ? key : path + "." + key;
          add(below, entry.getValueNode(), file, place(entry.getKeyNode(), file, place));
        }
      }
      case SequenceNode sequence when !sequence.getValue().isEmpty() -> {
        for (int i = 0; i < sequence.getValue().size(); i++) {
          Node element = sequence.getValue().get(i);
          add(path + "." + i, element, file, place(element, file, place));
        }
      }
      case ScalarNode scalar when !scalar.getTag().equals(Tag.NULL) -> {
        if (KINDS.contains(path)) {
          put(path + "." + scalar.getValue(), "", place);
        } else {
          put(path, scalar.getValue(), place);
        }
      }
      default -> put(path, "", place);
    }
  }

  private static String place(Node node, Optional<Path> file, String place) {
    return file.flatMap(name -> node.getStartMark().map(mark -> name + ":" + (mark.getLine() + 1)))
        .orElse(place);
  }

  private void put(String path, String value, String place) {
    settings.put(path, new Setting(path, value, place));
  }

  private static boolean isAtOrBelow(String path, String above) {
    return path.equals(above) || path.startsWith(above + ".");
  }

  /** Takes a setting; empty if it isn't there or says nothing. */
  Optional<Setting> take(String path) {
    return Optional.ofNullable(settings.remove(path)).filter(found -> !found.value().isEmpty());
  }

  /** Takes a text. */
  Optional<String> text(String path) {
    return take(path).map(Setting::value);
  }

  /**
   * Takes a switch, which is off where nothing is said.
   *
   * @throws CommandException if it is neither on nor off
   */
  boolean flag(String path) throws CommandException {
    Optional<Setting> setting = take(path);
    return setting.isPresent() && isOn(setting.get());
  }

  private static boolean isOn(Setting setting) throws CommandException {
    return switch (setting.value().toLowerCase(Locale.ROOT)) {
      case "true", "yes", "on", "y" -> true;
      case "false", "no", "off", "n" -> false;
      default -> throw setting.error("is true or false");
    };
  }

  /** Takes all at that path or below, those that say nothing too, in the file's order. */
  List<Setting> takeAll(String path) {
    List<Setting> taken = below(path);
    taken.forEach(setting -> settings.remove(setting.path()));
    return taken;
  }

  /** All at that path or below that nobody has taken. */
  List<Setting> below(String path) {
    return settings.values().stream().filter(setting -> isAtOrBelow(setting.path(), path)).toList();
  }

  /** What nobody has taken. */
  List<Setting> rest() {
    return List.copyOf(settings.values());
  }

  /** The {@code REGISTRY_…} variables that name no setting. */
  List<String> unknownVariables() {
    return List.copyOf(unknownVariables);
  }
}
