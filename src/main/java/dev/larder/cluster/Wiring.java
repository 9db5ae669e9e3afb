package dev.larder.cluster;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what is to be done in a node so that it pulls through Larder. A decision without I/O:
 * from what was read there to a {@link Plan}. Of a node that is as it should be, it wants nothing.
 */
final class Wiring {
  private final String node;
  private final NodeState state;
  private final Wish wish;
  private final List<Step> steps = new ArrayList<>();
  private final List<Finding> findings = new ArrayList<>();

  /**
   * What is wanted of nodes.
   *
   * @param strict whether what Larder hasn't got isn't asked for at the origin
   * @param mayRestart whether containerd may be restarted where that is needed
   * @param patient whether containerd's configuration is left alone in a node that isn't set up
   *     yet: kind and Cluster API write to it too, and what they write doesn't go with what is
   *     there
   * @param ownNames what images that were pushed to Larder may be called by in nodes: {@code
   *     localhost:5001}
   */
  record Wish(boolean strict, boolean mayRestart, boolean patient, Set<String> ownNames) {}

  private Wiring(String node, NodeState state, Wish wish) {
    this.node = node;
    this.state = state;
    this.wish = wish;
  }

  /**
   * What is to be done in a node.
   *
   * @param node its name
   * @param state what was read in it
   * @param larder where Larder is, as seen from there
   * @param wish what is wanted
   */
  static Plan plan(String node, NodeState state, URI larder, Wish wish) {
    Optional<Finding> obstacle = obstacle(node, state);
    if (obstacle.isPresent()) {
      return Plan.refusal(obstacle.get());
    }
    Wiring wiring = new Wiring(node, state, wish);
    wiring.hosts(larder);
    boolean unfinished = wish.patient() && !state.joined() && wiring.needsConfigPath();
    if (wiring.needsConfigPath() && !unfinished) {
      wiring.configPath();
    }
    return new Plan(wiring.steps, wiring.findings, unfinished);
  }

  /** Why nothing can be done. */
  private static Optional<Finding> obstacle(String node, NodeState state) {
    for (String other : List.of("dockerd", "crio")) {
      if (state.processes().contains(other) && !state.containerdRuns()) {
        return Optional.of(
            Finding.problem(
                "%s pulls with %s and not with containerd".formatted(node, other),
                other.equals("crio")
                    ? "see larder config crio"
                    : "begin minikube anew as larder config minikube shows"));
      }
    }
    if (!state.trouble().isEmpty()) {
      return Optional.of(
          Finding.problem(
              "containerd's configuration in %s can't be read: %s".formatted(node, state.trouble()),
              "mend " + state.layout().configuration()));
    }
    if (state.configuration().isEmpty() && !state.layout().generated()) {
      return Optional.of(
          Finding.problem(
              "there is no containerd in " + node, "see larder config for what pulls there"));
    }
    return state.configuration().flatMap(configuration -> obstacle(node, state, configuration));
  }

  private static Optional<Finding> obstacle(
      String node, NodeState state, RegistryConfiguration configuration) {
    if (!configuration.cri()) {
      return Optional.of(
          Finding.problem(
              "containerd in %s has no CRI plugin, so that no kubelet can pull with it"
                  .formatted(node),
              "take io.containerd.grpc.v1.cri out of disabled_plugins in "
                  + state.layout().configuration()));
    }
    String rules =
        !configuration.mirrors().isEmpty()
            ? "registry.mirrors (%s)".formatted(String.join(", ", configuration.mirrors()))
            : !configuration.inlineTls().isEmpty()
                ? "registry.configs with tls (%s)"
                    .formatted(String.join(", ", configuration.inlineTls()))
                : "";
    if (rules.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        configuration.roots().isEmpty()
            ? Finding.problem(
                "containerd in %s has %s in its configuration, beside which it would not accept config_path: its CRI plugin would not load"
                    .formatted(node, rules),
                state.layout().generated()
                    ? "take the mirrors out of registries.yaml, or use a k3s that writes hosts.toml"
                        + " (1.26.13, 1.27.10 and later), and create the cluster anew"
                    : "create the cluster anew with larder config kind in place of that patch, or take the tables out of %s in the node and attach again"
                        .formatted(state.layout().configuration()))
            : Finding.problem(
                "containerd in %s has %s and config_path in its configuration: with both, its CRI plugin does not load and the node is dead"
                    .formatted(node, rules),
                "create the cluster anew without that patch (larder config kind prints one that works), or take the tables out of %s in the node and restart containerd"
                    .formatted(state.layout().configuration())));
  }

  /** The registries' folders that count, and in which of the folders to make {@code _default}. */
  private void hosts(URI larder) {
    String target = state.searched().getFirst();
    Map<String, String> folders = new LinkedHashMap<>();
    for (String root : state.searched()) {
      NodeState.Root found = state.root(root);
      found.registries().keySet().stream()
          .filter(name -> !name.equals(NodeState.DEFAULT))
          .sorted()
          .forEach(name -> folders.putIfAbsent(name, root));
      // A _default hides what is in later folders: ours goes where it hides nothing.
      if (!found.registries().isEmpty()) {
        target = root;
      }
      if (found.fallback().isPresent()) {
        break;
      }
    }
    fallback(target, larder);
    folders.forEach((name, root) -> registry(root, name, larder));
  }

  private void fallback(String root, URI larder) {
    String path = root + "/" + NodeState.DEFAULT;
    Optional<NodeState.Registry> found = state.root(root).fallback();
    if (found.isEmpty()
        || (found.get().hosts().isEmpty() && !found.get().certificates())
        || found.get().hosts().filter(HostsToml::isOurs).isPresent()) {
      writeOurs(path, found.flatMap(NodeState.Registry::hosts), larder, "every registry");
    } else if (found.get().hosts().isPresent()) {
      merge(path, found.get().hosts().get(), larder, "registries without a folder of their own");
    } else {
      findings.add(
          Finding.problem(
              "%s in %s has certificates but no hosts.toml: with one, they would no longer count"
                  .formatted(path, node),
              "name them by ca = in a hosts.toml there, and attach again"));
    }
  }

  private void registry(String root, String folder, URI larder) {
    String path = root + "/" + folder;
    String registry = registry(folder);
    NodeState.Registry found = Objects.requireNonNull(state.root(root).registries().get(folder));
    if (isAnotherLocal(registry)) {
      return;
    }
    if (found.hosts().isPresent()) {
      String text = found.hosts().get();
      if (HostsToml.isOurs(text)) {
        writeOurs(path, found.hosts(), larder, registry);
      } else {
        merge(path, text, larder, registry);
      }
    } else if (!found.certificates()) {
      writeOurs(path, found.hosts(), larder, registry + ", whose empty folder hides _default");
    } else {
      direct(
          "%s in %s has certificates, so that %s is pulled from itself"
              .formatted(path, node, registry),
          "name them by ca = in a hosts.toml there, and attach again");
    }
  }

  /** A registry on a port of the node itself, or of the host, that isn't Larder. */
  private boolean isAnotherLocal(String registry) {
    return registry.matches("(localhost|127\\..*|\\[::1])(:[0-9]+)?")
        && !wish.ownNames().contains(registry);
  }

  /** {@code host_5000_} stands for {@code host:5000}. */
  private static String registry(String folder) {
    return folder.replaceFirst("_([0-9]+)_$", ":$1");
  }

  private void writeOurs(String path, Optional<String> existing, URI larder, String what) {
    List<String> made =
        existing.map(HostsToml::foldersOf).orElseGet(() -> state.missingOnWayTo(path));
    String content = HostsToml.ours(larder, wish.strict(), made);
    if (!existing.equals(Optional.of(content))) {
      steps.add(
          new Step.WriteFile(
              path + "/hosts.toml",
              content,
              "%s through %s%s".formatted(what, larder, wish.strict() ? ", and only so" : "")));
    }
  }

  private void merge(String path, String text, URI larder, String what) {
    String file = path + "/hosts.toml";
    String original = MarkedBlock.removedFrom(text);
    if (wish.strict()) {
      direct(
          "%s in %s isn't ours and names where %s comes from: pulls aren't strict there"
              .formatted(file, node, what),
          "remove it, or attach without --strict");
    }
    if (HostsToml.names(original, larder)) {
      return;
    }
    Optional<String> merged = HostsToml.merged(original, larder);
    if (merged.isEmpty()) {
      findings.add(
          Finding.problem(
              "%s in %s isn't ours, hides _default/hosts.toml, and no host can be put into it"
                  .formatted(file, node),
              "put [host.\"%s\"] with capabilities = [\"pull\", \"resolve\"] before its other hosts, or remove it"
                  .formatted(larder)));
    } else if (!merged.get().equals(text)) {
      steps.add(
          new Step.WriteFile(
              file,
              merged.get(),
              "%s first through %s; the rest of the file stays".formatted(what, larder)));
    }
  }

  /** Pulls that go past Larder are what was asked for, or they aren't. */
  private void direct(String what, String remedy) {
    findings.add(
        wish.strict()
            ? Finding.problem(what, remedy)
            : new Finding(Finding.Level.NOTE, what, remedy));
  }

  private boolean needsConfigPath() {
    return state.configuration().filter(found -> found.roots().isEmpty()).isPresent();
  }

  private void configPath() {
    String file = state.layout().configuration();
    String root = state.layout().certs();
    if (state.layout().generated()) {
      findings.add(
          Finding.problem(
              "containerd in %s reads no hosts.toml: this k3s is too old".formatted(node),
              "use k3s 1.26.13, 1.27.10 or later, or see larder config k3s"));
      return;
    }
    Optional<String> edited = ConfigToml.withConfigPath(state.file(), root);
    if (edited.isEmpty()) {
      findings.add(
          Finding.problem(
              "config_path is empty in %s of %s, and can't be set there".formatted(file, node),
              "set config_path = \"%s\" in the table registry of the CRI plugin, and restart containerd"
                  .formatted(root)));
      return;
    }
    steps.add(
        new Step.WriteFile(
            file, edited.get(), "config_path = \"%s\", which was empty".formatted(root)));
    restart(steps, findings, node, state, wish.mayRestart());
  }

  /** Has containerd read a configuration that was changed, or says who has to. */
  static void restart(
      List<Step> steps, List<Finding> findings, String node, NodeState state, boolean mayRestart) {
    if (!state.containerdRuns()) {
      // It may have started by the time that its configuration is written.
      steps.add(new Step.RestartContainerd("if it has started meanwhile"));
    } else if (!state.hasSystemd()) {
      findings.add(
          Finding.problem(
              "containerd in %s has to read its configuration again, and no systemd is there to restart it"
                  .formatted(node),
              "docker restart %s, and attach again".formatted(node)));
    } else if (!mayRestart) {
      findings.add(
          Finding.problem(
              "containerd in %s has to read its configuration again".formatted(node),
              "docker exec %s systemctl restart containerd".formatted(node)));
    } else {
      steps.add(new Step.RestartContainerd("it reads its configuration only when it starts"));
    }
  }
}
