package dev.larder.deploy;

import dev.larder.engine.Container;
import dev.larder.engine.Endpoint;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Larder's container on an engine, running or not.
 *
 * @param container the container
 */
public record Deployment(Container container) {
  /** The label by which Larder's containers are known; its value says what the container does. */
  public static final String ROLE = "dev.larder.role";

  /** Of the container that serves. */
  public static final String REGISTRY = "registry";

  /** Of the container that wires nodes as they start. */
  public static final String WATCHER = "watcher";

  /** Of the network, if Larder has made it. */
  static final String NETWORK = "network";

  /** Of the volume, if Larder has made it. */
  static final String STORE = "store";

  /** The name of the container that serves, if it isn't given another. */
  public static final String NAME = "larder";

  /** The port inside the container. */
  public static final int PORT = 5000;

  /** Larder's container; of several, the one named {@code larder}, or else the first by name. */
  public static Optional<Deployment> find(Engine engine) throws EngineException {
    List<Container> found = engine.containers(Map.of(ROLE, REGISTRY), true);
    return found.stream()
        .min(
            Comparator.comparing((Container container) -> !container.name().equals(NAME))
                .thenComparing(Container::name))
        .map(Deployment::new);
  }

  /** Larder's container of this name. */
  public static Optional<Deployment> find(Engine engine, String name) throws EngineException {
    return engine
        .container(name)
        .filter(container -> REGISTRY.equals(container.labels().get(ROLE)))
        .map(Deployment::new);
  }

  /** The port of 127.0.0.1 at which it is published; empty if it isn't published. */
  public Optional<Integer> hostPort() {
    return container.ports().stream()
        .filter(port -> port.inside() == PORT)
        .map(dev.larder.engine.Port::hostPort)
        .findFirst();
  }

  /** Whether it can be reached. */
  public boolean running() {
    return container.running();
  }

  /** How it is on the network {@code name}, if it is. */
  public Optional<Endpoint> endpoint(String name) {
    return container.endpoint(name);
  }
}
