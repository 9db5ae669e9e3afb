package dev.larder.cli;

import dev.larder.control.Progress;
import dev.larder.control.Step;
import java.io.Closeable;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Shows how far a {@link PullOperation} is: a line for each image that is done and, on a terminal,
 * below these a bar for each layer that is on its way.
 */
final class PullDisplay implements Progress, Closeable {
  private static final String CLEAR_TO_END = "\r\u001b[J";
  private static final int NAME = 36;
  private static final int BAR = 16;

  private final PrintWriter lines;
  private final Optional<PrintWriter> bars;
  private final Map<String, Step> layers = new LinkedHashMap<>();
  private int drawn;

  /**
   * @param lines where lines go
   * @param bars where bars go: a terminal; empty where there is none
   */
  PullDisplay(PrintWriter lines, Optional<PrintWriter> bars) {
    this.lines = lines;
    this.bars = bars;
  }

  /** One with bars on {@code err} where the whole process has a terminal. */
  static PullDisplay on(PrintWriter lines, PrintWriter err) {
    return new PullDisplay(lines, ProgressLine.onTerminal() ? Optional.of(err) : Optional.empty());
  }

  @Override
  public void report(Step step) {
    switch (step.unit()) {
      case ITEMS -> {
        erase();
        lines.println(step.what());
        lines.flush();
      }
      case BYTES -> {
        erase();
        if (step.total() > 0 && step.done() == step.total()) {
          layers.remove(step.what());
        } else {
          layers.put(step.what(), step);
        }
      }
    }
    draw();
  }

  private void draw() {
    bars.ifPresent(
        out -> {
          layers.values().forEach(layer -> out.println(bar(layer)));
          out.flush();
          drawn = layers.size();
        });
  }

  private void erase() {
    bars.ifPresent(
        out -> {
          if (drawn > 0) {
            out.print("\u001b[%dA".formatted(drawn) + CLEAR_TO_END);
            out.flush();
          }
          drawn = 0;
        });
  }

  /** At most 80 characters, so that it is one line of the terminal. */
  private static String bar(Step layer) {
    String name = layer.what();
    String end = name.length() > NAME ? "…" + name.substring(name.length() - NAME + 1) : name;
    int full = layer.total() == 0 ? 0 : (int) (BAR * layer.done() / layer.total());
    String of = layer.total() == 0 ? "" : "/" + Sizes.text(layer.total());
    return "%-36s [%s%s] %s%s"
        .formatted(end, "=".repeat(full), " ".repeat(BAR - full), Sizes.text(layer.done()), of);
  }

  /** Leaves the terminal free for what is printed next. */
  @Override
  public void close() {
    erase();
  }
}
