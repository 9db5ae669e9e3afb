package dev.larder.upstream;

import java.time.Duration;

/**
 * How long an upstream may take.
 *
 * @param connect to accept a connection and shake hands
 * @param silence to send the next byte, the first one of an answer included
 */
public record Deadlines(Duration connect, Duration silence) {
  /** Seconds: clients themselves wait for minutes, and other pulls of the node wait with them. */
  public static final Deadlines DEFAULT =
      new Deadlines(Duration.ofSeconds(5), Duration.ofSeconds(10));
}
