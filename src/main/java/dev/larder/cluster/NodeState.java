package dev.larder.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was read in a node.
 *
 * @param layout where things are in it
 * @param configuration what its containerd is configured to do, defaults included; empty where
 *     neither containerd nor a configuration file said it
 * @param trouble why {@code configuration} couldn't be read; empty text if it could, or if there is
 *     nothing to read yet
 * @param file the text of containerd's configuration file; empty if there is none
 * @param roots the folders of registries, by path: those configured, and those known
 * @param missing which of these folders, and of the folders above them, don't exist
 * @param processes the names of the processes that run in it
 * @param init the name of its first process
 * @param joined whether kubeadm has made it a node: by then, whoever made it has configured it
 */
record NodeState(
    Layout layout,
    Optional<RegistryConfiguration> configuration,
    String trouble,
    Optional<String> file,
    Map<String, Root> roots,
    Set<String> missing,
    Set<String> processes,
    String init,
    boolean joined) {

  /**
   * A folder of registries.
   *
   * @param registries by the folders' names
   */
  record Root(Map<String, Registry> registries) {
    static final Root EMPTY = new Root(Map.of());

    Optional<Registry> fallback() {
      return Optional.ofNullable(registries.get(DEFAULT));
    }
  }

  /** The folder of registries that have none of their own. */
  static final String DEFAULT = "_default";

  /**
   * A registry's folder.
   *
   * @param hosts its {@code hosts.toml}
   * @param certificates whether there are other files in it, which count where there is no {@code
   *     hosts.toml}
   */
  record Registry(Optional<String> hosts, boolean certificates) {}

  Root root(String path) {
    return roots.getOrDefault(path, Root.EMPTY);
  }

  /** The folders that containerd looks into, in its order; the usual one if it has none yet. */
  List<String> searched() {
    return configuration
        .map(RegistryConfiguration::roots)
        .filter(configured -> !configured.isEmpty())
        .orElse(List.of(layout.certs()));
  }

  /** The folders of the path {@code folder}, itself included, that don't exist, outer first. */
  List<String> missingOnWayTo(String folder) {
    List<String> found = new ArrayList<>();
    int root = folder.lastIndexOf('/');
    if (!root(folder.substring(0, root)).registries().containsKey(folder.substring(root + 1))) {
      found.add(folder);
    }
    for (int slash = root; slash > 0; slash = folder.lastIndexOf('/', slash - 1)) {
      if (missing.contains(folder.substring(0, slash))) {
        found.addFirst(folder.substring(0, slash));
      }
    }
    return found;
  }

  /** Whether a containerd runs in it. */
  boolean containerdRuns() {
    return processes.contains("containerd");
  }

  /** Whether its services can be restarted. */
  boolean hasSystemd() {
    return init.equals("systemd");
  }
}
