package dev.larder.cli;

import dev.larder.control.Progress;
import dev.larder.control.Step;
import dev.larder.engine.PushProgress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** Sums up what an engine tells of a push, layer by layer. To be told by one thread. */
final class PushTally implements Consumer<PushProgress> {
  private static final String SENT = "Pushed";
  private static final String THERE = "Layer already exists";
  private static final String MOUNTED = "Mounted from";

  private final String what;
  private final Progress progress;
  private final Map<String, PushProgress> layers = new HashMap<>();

  /**
   * @param what is being done, for the progress
   */
  PushTally(String what, Progress progress) {
    this.what = what;
    this.progress = progress;
  }

  @Override
  public void accept(PushProgress news) {
    layers.merge(news.layer(), news, PushTally::later);
    progress.report(
        new Step(what, Step.Unit.BYTES, sum(PushProgress::done), sum(PushProgress::total)));
  }

  /** The end of a layer is told without its length; and what is sent may be more than was told. */
  private static PushProgress later(PushProgress old, PushProgress news) {
    long done = Math.max(old.done(), news.done());
    return new PushProgress(
        news.layer(), news.status(), done, Math.max(done, Math.max(old.total(), news.total())));
  }

  private long sum(ToLongFunction<PushProgress> amount) {
    return layers.values().stream().mapToLong(amount).sum();
  }

  /** How many layers were sent. */
  long sent() {
    return count(SENT);
  }

  /** About how many bytes those have. */
  long bytes() {
    return layers.values().stream()
        .filter(layer -> layer.status().startsWith(SENT))
        .mapToLong(PushProgress::total)
        .sum();
  }

  /** How many needn't be sent. */
  long there() {
    return count(THERE) + count(MOUNTED);
  }

  private long count(String status) {
    return layers.values().stream().filter(layer -> layer.status().startsWith(status)).count();
  }
}
