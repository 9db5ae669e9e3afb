package dev.larder.engine;

import java.time.Instant;
import java.util.Map;

/**
 * Something that happened to a container.
 *
 * @param at when, by the engine's clock
 * @param kind what
 * @param container the container's id
 * @param labels the container's labels and the engine's own attributes ({@code name}, {@code
 *     image})
 */
public record Event(Instant at, Kind kind, String container, Map<String, String> labels) {

  /** What happened. */
  public enum Kind {
    STARTED,
    REMOVED
  }
}
