package dev.larder.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CancellationException;

/**
 * Tells a client of steps: of new ones and of their ends at once, of how far one is a few times a
 * second. What is given to it goes out as it is, all of it.
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
    write(Lines.JSON.createObjectNode().set("step", Lines.JSON.valueToTree(step)));
  }

  @Override
  public void give(JsonNode item) {
    write(Lines.JSON.createObjectNode().set("item", item));
  }

  private void write(ObjectNode line) {
    try {
      lines.write(line);
    } catch (IOException e) {
      throw (CancellationException)
          new CancellationException("nobody waits for it any more").initCause(e);
    }
  }
}
