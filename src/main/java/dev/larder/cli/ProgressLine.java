package dev.larder.cli;

import dev.larder.control.Progress;
import dev.larder.control.Step;
import java.io.Closeable;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Shows how far a task is: on a terminal in one line that is written anew, elsewhere in a line for
 * each new step and then one every ten seconds.
 */
final class ProgressLine implements Progress, Closeable {
  private static final String CLEAR = "\r\u001b[K";
  private static final Duration PAUSE_ON_TERMINAL = Duration.ofMillis(100);
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final PrintWriter out;
  private final boolean terminal;
  private final InstantSource clock;
  private String last = "";
  private Instant next = Instant.MIN;

  ProgressLine(PrintWriter out, boolean terminal, InstantSource clock) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
  }

  /** One on standard error, which is a terminal where the whole process has one. */
  static ProgressLine on(PrintWriter err, InstantSource clock) {
    return new ProgressLine(err, onTerminal(), clock);
  }

  /** Whether the whole process has a terminal: its standard input and its standard output. */
  static boolean onTerminal() {
    return Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal).isPresent();
  }

  @Override
  public void report(Step step) {
    Instant now = clock.instant();
    if (step.what().equals(last) && now.isBefore(next)) {
      return;
    }
    last = step.what();
    next = now.plus(terminal ? PAUSE_ON_TERMINAL : PAUSE);
    if (terminal) {
      out.print(CLEAR + text(step));
    } else {
      out.println(text(step));
    }
    out.flush();
  }

  private static String text(Step step) {
    if (step.done() == 0 && step.total() == 0) {
      return step.what();
    }
    String done = amount(step.unit(), step.done());
    return step.total() == 0
        ? "%s: %s".formatted(step.what(), done)
        : "%s: %s of %s (%d%%)"
            .formatted(
                step.what(),
                done,
                amount(step.unit(), step.total()),
                (long) (100.0 * step.done() / step.total()));
  }

  private static String amount(Step.Unit unit, long count) {
    return switch (unit) {
      case BYTES -> Sizes.text(count);
      case ITEMS -> Long.toString(count);
    };
  }

  /** Leaves a terminal's line free for what is printed next. */
  @Override
  public void close() {
    if (terminal && !last.isEmpty()) {
      out.print(CLEAR);
      out.flush();
    }
  }
}
