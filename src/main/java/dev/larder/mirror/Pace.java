package dev.larder.mirror;

import java.time.Duration;

/**
 * How fast a stream has come for a while.
 *
 * @param time for how long
 * @param waited how much of that was spent waiting for the upstream, not in keeping what came
 * @param bytes how many have come
 */
record Pace(Duration time, Duration waited, long bytes) {
  /** Before anything has come. */
  static final Pace NONE = new Pace(Duration.ZERO, Duration.ZERO, 0);

  /** Long enough for a connection to have found its pace, and for us to have warmed up. */
  private static final Duration TELLING = Duration.ofSeconds(2);

  /**
   * Bytes in a second. From there on, more connections are rarely worth what they cost: what was on
   * its way in the one that they replace comes twice. A machine that is busy reaches it still.
   */
  private static final long FAST = 25_000_000;

  /** With bytes that have come since. */
  Pace plus(Duration more, Duration moreWaited, long moreBytes) {
    return new Pace(
        time.plus(notNegative(more)), waited.plus(notNegative(moreWaited)), bytes + moreBytes);
  }

  /** The same pace, which tells less: so what is past counts less than what comes. */
  Pace faded() {
    return new Pace(time.dividedBy(2), waited.dividedBy(2), bytes / 2);
  }

  /** As it seems when the clock is set back. */
  private static Duration notNegative(Duration duration) {
    return duration.isNegative() ? Duration.ZERO : duration;
  }

  /** Whether it has been watched for long enough to tell. */
  boolean isTelling() {
    return time.compareTo(TELLING) >= 0;
  }

  /**
   * Whether the connection is what is slow, so that others beside it may help. We ourselves are
   * slow at first, until what does the work is compiled.
   */
  boolean isSlow() {
    boolean waiting = waited.multipliedBy(2).compareTo(time) >= 0;
    return isTelling() && waiting && bytesPerSecond() < FAST;
  }

  /** How long so many bytes would take; not before some have come. */
  Duration timeFor(long more) {
    return Duration.ofNanos(Math.round((double) time.toNanos() / bytes * more));
  }

  /** 0 where no time has passed. */
  long bytesPerSecond() {
    return time.isZero() ? 0 : Math.round(bytes * 1e9 / time.toNanos());
  }
}
