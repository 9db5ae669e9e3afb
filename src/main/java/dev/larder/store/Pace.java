package dev.larder.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/** Lets so many bytes a second pass. What wasn't used isn't saved up for later. */
final class Pace implements LongConsumer {
  private final long bytesPerSecond;
  private final InstantSource clock;
  private final Predicate<Duration> sleep;
  private Instant free = Instant.MIN;

  /**
   * @param sleep waits that long, and says whether it is to end
   */
  Pace(long bytesPerSecond, InstantSource clock, Predicate<Duration> sleep) {
    this.bytesPerSecond = bytesPerSecond;
    this.clock = clock;
    this.sleep = sleep;
  }

  /**
   * Waits until {@code bytes} may pass.
   *
   * @throws CancellationException if it is to end
   */
  @Override
  public void accept(long bytes) {
    Instant now = clock.instant();
    if (now.isBefore(free) && sleep.test(Duration.between(now, free))) {
      throw new CancellationException("it is to end");
    }
    Instant begin = now.isBefore(free) ? free : now;
    free = begin.plusNanos(bytes * 1_000_000_000L / bytesPerSecond);
  }
}
