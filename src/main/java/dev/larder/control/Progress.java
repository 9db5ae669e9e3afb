package dev.larder.control;

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
}
