package dev.larder.control;

import com.fasterxml.jackson.databind.JsonNode;

/** Is told how far an operation is. To be told often, by one thread, that holds no lock. */
@FunctionalInterface
public interface Progress {

  /** Nobody wants to know. */
  Progress UNSEEN = step -> {};

  /**
   * Takes note of a step; may block for whoever is shown it.
   *
   * @throws java.util.concurrent.CancellationException if nobody waits for the operation any more:
   *     it is to end, and to leave things whole
   */
  void report(Step step);

  /**
   * Takes note of something that the operation gives while it runs, in a form of the operation's
   * own; only operations that give anything so are run with a progress that takes it.
   *
   * @throws java.util.concurrent.CancellationException as {@link #report}
   */
  default void give(JsonNode item) {
    throw new UnsupportedOperationException("nothing is taken while it runs");
  }
}
