package dev.larder.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container, as the engine described it when it was asked.
 *
 * @param id 64 hexadecimal digits
 * @param name without the slash that the API writes before it
 * @param image the name that it was created from, as it was given
 * @param labels its own and its image's
 * @param state what it is doing
 * @param health what its health check says; empty without one
 * @param endpoints the networks that it is on
 * @param ports the published ones
 * @param mounts its volumes and folders
 * @param environment its variables, {@code NAME=value}
 * @param startedAt when it was started last; empty if it never was
 * @param restart what the engine does when it ends
 */
public record Container(
    String id,
    String name,
    String image,
    Map<String, String> labels,
    State state,
    Optional<Health> health,
    List<Endpoint> endpoints,
    List<Port> ports,
    List<Mount> mounts,
    List<String> environment,
    Optional<Instant> startedAt,
    RestartPolicy restart) {

  /** What a container is doing. */
  public enum State {
    CREATED,
    RUNNING,
    PAUSED,
    RESTARTING,
    REMOVING,
    EXITED,
    DEAD
  }

  /** What a container's own check says of it. */
  public enum Health {
    STARTING,
    HEALTHY,
    UNHEALTHY
  }

  /** Whether processes can be run in it. */
  public boolean running() {
    return state == State.RUNNING;
  }

  /** How it is on the network {@code name}, if it is. */
  public Optional<Endpoint> endpoint(String name) {
    return endpoints.stream().filter(endpoint -> endpoint.network().equals(name)).findFirst();
  }

  /** The value of the variable {@code name}. */
  public Optional<String> variable(String name) {
    return environment.stream()
        .filter(entry -> entry.startsWith(name + "="))
        .map(entry -> entry.substring(name.length() + 1))
        .findFirst();
  }
}
