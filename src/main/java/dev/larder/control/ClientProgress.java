package dev.larder.control;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CancellationException;

/**
 * Tells a client of steps: of new ones and of their ends at once, of how far one is a few times a
 * second.
 */
final class ClientProgress implements Progress {
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Lines lines;
  private final InstantSource clock;
  private String last = "";
  private Instant next = Instant.MIN;

  ClientProgress(Lines lines, InstantSource clock) {
    this.lines = lines;
    this.clock = clock;
  }

  @Override
  public void report(Step step) {
    Instant now = clock.instant();
    boolean end = step.total() > 0 && step.done() == step.total();
    if (!end && step.what().equals(last) && now.isBefore(next)) {
      return;
    }
    last = step.what();
    next = now.plus(PAUSE);
    try {
      lines.write(Lines.JSON.createObjectNode().set("step", Lines.JSON.valueToTree(step)));
    } catch (IOException e) {
      throw (CancellationException)
          new CancellationException("nobody waits for it any more").initCause(e);
    }
  }
}
