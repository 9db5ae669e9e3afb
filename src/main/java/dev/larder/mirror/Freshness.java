package dev.larder.mirror;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether what an upstream said last still answers a question. A decision without I/O.
 *
 * @param foundFor for how long what a tag or a list names counts as current; zero asks each time
 * @param absentFor for how long what it hasn't got counts as absent; zero asks each time
 * @param staleFor for how long after an answer that one is given again while the upstream can't
 *     give another; empty for ever, zero never
 */
public record Freshness(Duration foundFor, Duration absentFor, Optional<Duration> staleFor) {

  private static final int STRETCH = 10;

  /** The same for an upstream that is to be asked as little as can be. */
  Freshness stretched() {
    return new Freshness(foundFor.multipliedBy(STRETCH), absentFor, staleFor);
  }

  /** What an upstream said, and when it was asked. */
  sealed interface Known<V> {
    /** It has it. */
    record Found<V>(V value, Instant at) implements Known<V> {}

    /** It hasn't. */
    record Absent<V>(String message, Instant at) implements Known<V> {}
  }

  /** What to do with a question. */
  sealed interface Verdict<V> {
    /** Answer it with that. */
    record Serve<V>(V value) implements Verdict<V> {}

    /** Answer that the upstream hasn't got it. */
    record Deny<V>(String message) implements Verdict<V> {}

    /** Ask the upstream. */
    record Ask<V>() implements Verdict<V> {}
  }

  /** Judges what is known at the time {@code now}. */
  <V> Verdict<V> judge(Optional<Known<V>> known, Instant now) {
    return switch (known.orElse(null)) {
      case Known.Found<V>(V value, Instant at) when within(foundFor, at, now) ->
          new Verdict.Serve<>(value);
      case Known.Absent<V>(String message, Instant at) when within(absentFor, at, now) ->
          new Verdict.Deny<>(message);
      case null, default -> new Verdict.Ask<>();
    };
  }

  /**
   * Whether an answer of the time {@code at} may be given again at {@code now}, where there is no
   * other. One of the future was noted before the clock was set back, and doesn't count as too old.
   */
  boolean mayBeGivenAgain(Instant at, Instant now) {
    return staleFor.map(longest -> now.isBefore(at.plus(longest))).orElse(true);
  }

  /** What lies in the future was noted before the clock was set back: how old it is isn't known. */
  static boolean within(Duration window, Instant at, Instant now) {
    return !at.isAfter(now) && now.isBefore(at.plus(window));
  }
}
