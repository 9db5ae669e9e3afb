package dev.larder.deploy;

import dev.larder.engine.Container;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.Mount;
import dev.larder.engine.Network;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes Larder's containers from an engine.
 *
 * @param engine the engine
 */
public record Down(Engine engine) {
  /** For how long transfers in progress may go on. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  /**
   * What came of it.
   *
   * @param changes what was removed, in words and in order
   * @param kept where the images still are; empty if they are gone, or never were
   */
  public record Result(List<String> changes, Optional<String> kept) {}

  /**
   * Removes the container that wires new nodes for the Larder of this name; none is fine too.
   *
   * @return what was removed, in words
   * @throws DeployException if a container of that name isn't Larder's
   */
  public List<String> endWatching(String name) throws EngineException, DeployException {
    return remove(ours(Settings.watcher(name), Deployment.WATCHER));
  }

  /**
   * Removes the Larder of this name; none is fine too.
   *
   * @param purge whether its volume goes too, with all images
   * @throws DeployException if a container of that name isn't Larder's
   */
  public Result run(String name, boolean purge) throws EngineException, DeployException {
    Optional<Container> registry = ours(name, Deployment.REGISTRY);
    List<String> changes = remove(registry);
    Optional<Mount> store = registry.flatMap(Down::store);
    if (store.filter(mount -> mount.kind() != Mount.Kind.VOLUME).isPresent()) {
      return new Result(changes, store.map(Mount::source));
    }
    Optional<String> volume = store.map(Mount::source);
    if (volume.isEmpty() && madeByUp(name)) {
      volume = Optional.of(name);
    }
    if (!purge || volume.isEmpty()) {
      return new Result(changes, volume.map(kept -> "the volume " + kept));
    }
    engine.removeVolume(volume.get());
    changes.add("removed the volume %s with all images".formatted(volume.get()));
    removeNetworks(changes);
    return new Result(changes, Optional.empty());
  }

  private List<String> remove(Optional<Container> container) throws EngineException {
    List<String> changes = new ArrayList<>();
    if (container.isPresent()) {
      engine.stop(container.get().id(), GRACE);
      engine.remove(container.get().id());
      changes.add("removed the container " + container.get().name());
    }
    return changes;
  }

  private Optional<Container> ours(String name, String role)
      throws EngineException, DeployException {
    Optional<Container> container = engine.container(name);
    if (container.isPresent() && !role.equals(container.get().labels().get(Deployment.ROLE))) {
      throw new DeployException(
          "the container %s (of the image %s) isn't Larder's, and stays"
              .formatted(name, container.get().image()));
    }
    return container;
  }

  private static Optional<Mount> store(Container container) {
    return container.mounts().stream()
        .filter(mount -> mount.target().equals(Storage.TARGET))
        .findFirst();
  }

  private boolean madeByUp(String volume) throws EngineException {
    return engine
        .volume(volume)
        .filter(labels -> Deployment.STORE.equals(labels.get(Deployment.ROLE)))
        .isPresent();
  }

  /** Those that up has made and nobody uses. */
  private void removeNetworks(List<String> changes) throws EngineException {
    List<Network> ours =
        engine.networks().stream()
            .filter(network -> Deployment.NETWORK.equals(network.labels().get(Deployment.ROLE)))
            .toList();
    List<Container> all = ours.isEmpty() ? List.of() : engine.containers(Map.of(), true);
    for (Network network : ours) {
      if (all.stream().noneMatch(container -> container.endpoint(network.name()).isPresent())) {
        engine.removeNetwork(network.id());
        changes.add("removed the network " + network.name());
      }
    }
  }
}
