package dev.larder.cluster;

import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.ExecResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/** Reads a node's {@link NodeState}, by one shell script in it. */
final class NodeReader {
  /**
   * Arguments: a boundary, the configuration file, whether containerd is to say what it makes of
   * it, folders of registries. Written for any POSIX shell, with nothing of the node's but {@code
   * cat}.
   */
  private static final String SCRIPT =
      """
      boundary=$1 configuration=$2 dump=$3
      shift 3
      part() { printf '\\n%s %s\\n' "$boundary" "$*"; }
      read -r init </proc/1/comm && part init "$init"
      for process in /proc/[0-9]*; do
        { read -r name <"$process/comm"; } 2>/dev/null && part process "$name"
      done
      ! [ -e /etc/kubernetes/kubelet.conf ] || part joined
      if [ -f "$configuration" ]; then
        part configuration
        cat "$configuration"
      fi
      if [ -n "$dump" ] && command -v containerd >/dev/null; then
        part dump
        if ! containerd --config "$configuration" config dump 2>/dev/null; then
          part failed
          containerd --config "$configuration" config dump 2>&1 >/dev/null
        fi
      fi
      for root in "$@"; do
        above=$root
        while [ -n "$above" ] && ! [ -d "$above" ]; do
          part missing "$above"
          above=${above%/*}
        done
        for folder in "$root"/*/; do
          [ -d "$folder" ] || continue
          part folder "$folder"
          for file in "$folder"*; do
            if [ "${file##*/}" = hosts.toml ]; then
              part hosts "$folder"
              cat "$file"
            elif [ -e "$file" ]; then
              part other "$folder"
            fi
          done
        done
      done
      part end
      """;

  private final Engine engine;

  NodeReader(Engine engine) {
    this.engine = engine;
  }

  /**
   * Reads a running node.
   *
   * @throws EngineException if nothing can be run in it
   */
  NodeState read(Node node) throws EngineException {
    Layout layout = Layout.of(node.kind());
    Set<String> roots = new HashSet<>(Set.of(layout.certs(), Layout.DOCKER_CERTS));
    NodeState state = read(node, layout, roots);
    return roots.addAll(state.searched()) ? read(node, layout, roots) : state;
  }

  private NodeState read(Node node, Layout layout, Set<String> roots) throws EngineException {
    String boundary = UUID.randomUUID().toString();
    List<String> command = new ArrayList<>(List.of("sh", "-c", SCRIPT, "larder"));
    command.add(boundary);
    command.add(layout.configuration());
    command.add(layout.generated() ? "" : "dump");
    roots.stream().sorted().forEach(command::add);
    ExecResult result = engine.exec(node.container().id(), command);
    if (!result.ok() || !result.out().endsWith("\n" + boundary + " end\n")) {
      throw new EngineException(
          "couldn't read %s's configuration: its shell says: %s"
              .formatted(node.name(), (result.err() + result.out()).strip()));
    }
    return parse(layout, result.out().split("\n" + boundary + " ", -1));
  }

  /** One part of what the script says: a word, an argument, and a text. */
  private record Part(String word, String argument, String text) {
    static Part of(String raw) {
      int line = raw.indexOf('\n');
      String first = raw.substring(0, line);
      int space = first.indexOf(' ');
      return new Part(
          space < 0 ? first : first.substring(0, space),
          space < 0 ? "" : first.substring(space + 1),
          raw.substring(line + 1));
    }
  }

  private static NodeState parse(Layout layout, String[] raw) {
    Map<String, Map<String, NodeState.Registry>> roots = new LinkedHashMap<>();
    Set<String> missing = new HashSet<>();
    Set<String> processes = new HashSet<>();
    Optional<String> file = Optional.empty();
    Optional<String> dump = Optional.empty();
    String init = "";
    boolean joined = false;
    String trouble = "";
    for (Part part : Stream.of(raw).skip(1).map(Part::of).toList()) {
      switch (part.word()) {
        case "init" -> init = part.argument();
        case "joined" -> joined = true;
        case "process" -> processes.add(part.argument());
        case "configuration" -> file = Optional.of(part.text());
        case "dump" -> dump = Optional.of(part.text());
        case "failed" -> trouble = part.text().strip();
        case "missing" -> missing.add(part.argument());
        case "folder" -> put(roots, part, new NodeState.Registry(Optional.empty(), false));
        case "other" -> put(roots, part, new NodeState.Registry(Optional.empty(), true));
        case "hosts" -> put(roots, part, new NodeState.Registry(Optional.of(part.text()), false));
        default -> {}
      }
    }
    Optional<RegistryConfiguration> configuration = Optional.empty();
    Optional<String> text = dump.isPresent() ? dump : file;
    if (trouble.isEmpty() && text.isPresent()) {
      try {
        configuration = Optional.of(RegistryConfiguration.parse(text.get()));
      } catch (Toml.MalformedException e) {
        trouble = String.valueOf(e.getMessage());
      }
    }
    Map<String, NodeState.Root> found = new LinkedHashMap<>();
    roots.forEach((path, registries) -> found.put(path, new NodeState.Root(registries)));
    return new NodeState(
        layout, configuration, trouble, file, found, missing, processes, init, joined);
  }

  /** The argument is a registry's folder with a slash at its end. */
  private static void put(
      Map<String, Map<String, NodeState.Registry>> roots, Part part, NodeState.Registry found) {
    String folder = part.argument().substring(0, part.argument().length() - 1);
    int slash = folder.lastIndexOf('/');
    roots
        .computeIfAbsent(folder.substring(0, slash), _ -> new LinkedHashMap<>())
        .merge(
            folder.substring(slash + 1),
            found,
            (one, other) ->
                new NodeState.Registry(
                    one.hosts().or(other::hosts), one.certificates() || other.certificates()));
  }
}
