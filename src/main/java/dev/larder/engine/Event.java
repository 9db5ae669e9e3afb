package dev.larder.engine;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Something that happened to a container.
 *
 * @param at when, by the engine's clock
 * @param kind what
 * @param container the container's id; its name in Podman's network events
 * @param network the network's name; only of {@code CONNECTED} and {@code DISCONNECTED}, and not
 *     Podman's
 * @param labels the container's labels and the engine's own attributes ({@code name}, {@code
 *     image}); of network events only the latter
 */
public record Event(
    Instant at, Kind kind, String container, Optional<String> network, Map<String, String> labels) {

  /** What happened. */
  public enum Kind {
    STARTED,
    DIED,
    REMOVED,
    CONNECTED,
    DISCONNECTED
  }
}
