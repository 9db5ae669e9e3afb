package dev.larder.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is read in a node, put together piece by piece; and what it is after a plan's steps. */
final class NodeStates {
  static final String CERTS = "/etc/containerd/certs.d";

  private Layout layout = Layout.of(Cluster.Kind.KIND);
  private Optional<RegistryConfiguration> configuration = Optional.empty();
  private String trouble = "";
  private Optional<String> file = Optional.empty();
  private final Map<String, Map<String, NodeState.Registry>> roots = new LinkedHashMap<>();
  private final Set<String> missing = new HashSet<>();
  private Set<String> processes = Set.of("systemd", "containerd");
  private String init = "systemd";
  private boolean joined = true;

  private NodeStates() {}

  /** A kind node that runs, whose containerd looks for registries in these folders. */
  static NodeStates looksIn(String... roots) {
    return new NodeStates().configured(List.of(roots), List.of(), List.of(), true);
  }

  NodeStates configured(
      List<String> roots, List<String> mirrors, List<String> inlineTls, boolean cri) {
    configuration = Optional.of(new RegistryConfiguration(roots, mirrors, inlineTls, cri));
    return this;
  }

  NodeStates withoutContainerd() {
    configuration = Optional.empty();
    return processes("systemd");
  }

  NodeStates of(Cluster.Kind kind) {
    layout = Layout.of(kind);
    return this;
  }

  NodeStates trouble(String text) {
    trouble = text;
    return this;
  }

  NodeStates file(String text) {
    file = Optional.of(text);
    return this;
  }

  NodeStates hosts(String path, String text) {
    return folder(path, new NodeState.Registry(Optional.of(text), false));
  }

  NodeStates certificates(String path) {
    return folder(path, new NodeState.Registry(Optional.empty(), true));
  }

  NodeStates empty(String path) {
    return folder(path, new NodeState.Registry(Optional.empty(), false));
  }

  NodeStates missing(String... folders) {
    missing.addAll(Arrays.asList(folders));
    return this;
  }

  NodeStates notJoined() {
    joined = false;
    return this;
  }

  /** The first of them is the node's first process. */
  NodeStates processes(String... names) {
    processes = Set.of(names);
    init = names[0];
    return this;
  }

  private NodeStates folder(String path, NodeState.Registry registry) {
    int slash = path.lastIndexOf('/');
    roots
        .computeIfAbsent(path.substring(0, slash), _ -> new LinkedHashMap<>())
        .put(path.substring(slash + 1), registry);
    return this;
  }

  NodeState state() {
    Map<String, NodeState.Root> found = new LinkedHashMap<>();
    roots.forEach((path, registries) -> found.put(path, new NodeState.Root(registries)));
    return new NodeState(
        layout, configuration, trouble, file, found, missing, processes, init, joined);
  }

  /** What is read after the steps that write and remove files. */
  static NodeState after(NodeState before, List<Step> steps) throws Toml.MalformedException {
    NodeStates next = new NodeStates();
    next.layout = before.layout();
    next.processes = before.processes();
    next.init = before.init();
    next.joined = before.joined();
    next.trouble = before.trouble();
    next.file = before.file();
    Set<String> missing = new HashSet<>(before.missing());
    Map<String, String> hosts = new HashMap<>();
    before
        .roots()
        .forEach(
            (root, found) ->
                found
                    .registries()
                    .forEach(
                        (name, registry) -> {
                          next.folder(root + "/" + name, registry);
                          registry.hosts().ifPresent(text -> hosts.put(root + "/" + name, text));
                        }));
    for (Step step : steps) {
      switch (step) {
        case Step.WriteFile(String path, String content, _) -> {
          if (path.equals(before.layout().configuration())) {
            next.file = Optional.of(content);
          } else {
            String folder = path.substring(0, path.lastIndexOf('/'));
            next.hosts(folder, content);
            missing.removeIf(folder::startsWith);
          }
        }
        case Step.RemoveFile(String path, List<String> folders, _) -> {
          if (path.equals(before.layout().configuration())) {
            next.file = Optional.empty();
          } else {
            String folder = path.substring(0, path.lastIndexOf('/'));
            next.empty(folder);
            for (String made : new ArrayList<>(folders).reversed()) {
              int slash = made.lastIndexOf('/');
              Map<String, NodeState.Registry> root = next.roots.get(made.substring(0, slash));
              if (root != null) {
                root.remove(made.substring(slash + 1));
              } else {
                missing.add(made);
              }
            }
          }
        }
        case Step.RestartContainerd _ -> {}
      }
    }
    next.roots.values().removeIf(Map::isEmpty);
    next.missing.addAll(missing);
    next.configuration =
        next.file.isPresent() && !next.file.equals(before.file())
            ? Optional.of(RegistryConfiguration.parse(next.file.get()))
            : before.configuration();
    return next.state();
  }
}
