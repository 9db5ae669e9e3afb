package dev.larder.deploy;

import dev.larder.engine.Container;
import dev.larder.engine.ContainerSpec;
import dev.larder.engine.Endpoint;
import dev.larder.engine.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is to be done so that Larder's containers are as wanted. A decision without I/O; where all
 * is as wanted, there are no steps.
 *
 * @param steps in order
 * @param remarks what the user should know
 */
record Plan(List<Step> steps, List<String> remarks) {
  /** Names that well-known scripts have for a registry or a cache on a cluster's network. */
  private static final List<String> WELL_KNOWN = List.of("larder", "proxy", "registry");

  private static final Set<String> EVERYWHERE = Set.of("0.0.0.0", "::", "127.0.0.1");

  /**
   * Decides.
   *
   * @throws DeployException if something that isn't ours is in the way
   */
  static Plan of(Settings settings, Situation found) throws DeployException {
    refuseForeign(found.container(settings.name()), Deployment.REGISTRY);
    refuseForeign(found.container(settings.watcher()), Deployment.WATCHER);
    refuseTakenPort(settings, found);
    List<Step> steps = new ArrayList<>();
    List<String> remarks = new ArrayList<>();
    if (!found.network()) {
      steps.add(new Step.MakeNetwork(settings.network()));
    }
    if (!found.volume() && settings.storage() instanceof Storage.Volume(String name)) {
      steps.add(new Step.MakeVolume(name));
    }
    List<String> aliases = aliases(settings, found, remarks);
    steps.addAll(
        steps(
            ContainerSpecs.registry(settings, found.image(), aliases),
            inContainer(settings.configuration()),
            found.container(settings.name())));
    Optional<Container> watcher = found.container(settings.watcher());
    if (settings.watch()) {
      steps.addAll(steps(ContainerSpecs.watcher(settings, found.image()), Map.of(), watcher));
    } else {
      watcher.ifPresent(
          container -> steps.add(new Step.Remove(container.name(), "new nodes are left alone")));
    }
    return new Plan(List.copyOf(steps), List.copyOf(remarks));
  }

  private static List<Step> steps(
      ContainerSpec wanted, Map<String, byte[]> files, Optional<Container> there) {
    if (there.isEmpty()) {
      return List.of(new Step.Run(wanted, files, List.of()));
    }
    Container container = there.get();
    String name = container.name();
    String settings = wanted.labels().get(ContainerSpecs.SETTINGS);
    if (!String.valueOf(settings).equals(container.labels().get(ContainerSpecs.SETTINGS))) {
      List<Endpoint> more =
          container.endpoints().stream()
              .filter(endpoint -> !endpoint.network().equals(wanted.network()))
              .toList();
      return List.of(
          new Step.Remove(name, "it is to be another"), new Step.Run(wanted, files, more));
    }
    List<Step> steps = new ArrayList<>();
    if (!wanted.network().equals(ContainerSpecs.NO_NETWORK)
        && container.endpoint(wanted.network()).isEmpty()) {
      steps.add(new Step.Join(name, wanted.network(), wanted.aliases()));
    }
    if (!container.running()) {
      steps.add(new Step.Start(name));
    }
    return steps;
  }

  private static Map<String, byte[]> inContainer(Map<String, byte[]> configuration) {
    return configuration.entrySet().stream()
        .collect(
            Collectors.toMap(
                file -> ContainerSpecs.CONFIGURATION_FOLDER + file.getKey(), Map.Entry::getValue));
  }

  private static void refuseForeign(Optional<Container> container, String role)
      throws DeployException {
    if (container.isPresent() && !role.equals(container.get().labels().get(Deployment.ROLE))) {
      throw new DeployException(
          "the container %s (of the image %s) isn't Larder's: remove it, or choose another name by --name"
              .formatted(container.get().name(), container.get().image()));
    }
  }

  private static void refuseTakenPort(Settings settings, Situation found) throws DeployException {
    for (Container container : found.containers()) {
      if (!container.name().equals(settings.name())) {
        refuseTakenPort(container, settings.port());
      }
    }
  }

  /**
   * Refuses if a container has a port of the host's 127.0.0.1.
   *
   * @throws DeployException says which has it
   */
  static void refuseTakenPort(Container container, int wanted) throws DeployException {
    boolean takes =
        container.running() && container.ports().stream().anyMatch(port -> takes(port, wanted));
    if (takes) {
      String remedy =
          Deployment.REGISTRY.equals(container.labels().get(Deployment.ROLE))
              ? "larder down --name " + container.name()
              : "docker stop " + container.name();
      throw new DeployException(
          "port %d is taken by the container %s (of the image %s): %s, or choose another port by --port"
              .formatted(wanted, container.name(), container.image(), remedy));
    }
  }

  private static boolean takes(Port port, int wanted) {
    return port.hostPort() == wanted
        && port.protocol().equals("tcp")
        && EVERYWHERE.contains(port.hostAddress());
  }

  /** The well-known names that nobody else has on the network. */
  private static List<String> aliases(Settings settings, Situation found, List<String> remarks) {
    List<String> aliases = new ArrayList<>();
    for (String name : WELL_KNOWN) {
      Optional<Container> other =
          found.containers().stream()
              .filter(container -> !container.name().equals(settings.name()))
              .filter(container -> isCalled(container, name, settings.network()))
              .findFirst();
      if (other.isPresent()) {
        remarks.add(
            "on the network %s, %s is the container %s, and so Larder doesn't have that name there"
                .formatted(settings.network(), name, other.get().name()));
      } else if (!name.equals(settings.name())) {
        aliases.add(name);
      }
    }
    return aliases;
  }

  private static boolean isCalled(Container container, String name, String network) {
    return container
        .endpoint(network)
        .filter(endpoint -> container.name().equals(name) || endpoint.aliases().contains(name))
        .isPresent();
  }
}
