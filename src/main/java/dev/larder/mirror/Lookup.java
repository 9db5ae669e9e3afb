package dev.larder.mirror;

import dev.larder.upstream.BearerChallenge;
import java.time.Duration;
import java.util.Optional;

/** How a question to a mirrored repository ended. */
public sealed interface Lookup<T> {

  /**
   * Here it is.
   *
   * @param source where the answer comes from
   * @param warning why it may be old, where {@code source} is {@link Source#STALE}: a sentence
   */
  record Found<T>(T value, Source source, Optional<String> warning) implements Lookup<T> {}

  /**
   * The upstream doesn't have it.
   *
   * @param message a sentence that names what was asked for, and where
   */
  record Absent<T>(String message) implements Lookup<T> {}

  /**
   * The upstream doesn't give it to us, and we don't have it.
   *
   * @param message a sentence that says what was refused, and what to configure
   * @param challenge where a client may get a token for it, if it is one that may be told
   */
  record Refused<T>(String message, Optional<BearerChallenge> challenge) implements Lookup<T> {}

  /**
   * The upstream couldn't be asked, and we don't have it.
   *
   * @param message a sentence that says what happened, without credentials
   * @param retryAfter how long the upstream wants to be left alone, where it said so
   */
  record Unavailable<T>(String message, Optional<Duration> retryAfter) implements Lookup<T> {}

  /**
   * The upstream isn't to be asked, since Larder is offline, and we don't have it.
   *
   * @param message a sentence that says so
   */
  record NotAsked<T>(String message) implements Lookup<T> {}

  /** The sentence of an answer without a value; not for {@link Found}. */
  default String message() {
    return switch (this) {
      case Absent<T> absent -> absent.message;
      case Refused<T> refused -> refused.message;
      case Unavailable<T> unavailable -> unavailable.message;
      case NotAsked<T> notAsked -> notAsked.message;
      case Found<T> found -> throw new IllegalStateException("this answer has a value");
    };
  }

  /** The sentence of an answer that isn't the upstream's own word. */
  default Optional<String> unavailability() {
    return this instanceof Unavailable || this instanceof NotAsked
        ? Optional.of(message())
        : Optional.empty();
  }

  /** The same as an answer to another question; not for {@link Found}. */
  @SuppressWarnings("unchecked") // without a value, the type parameter means nothing
  default <U> Lookup<U> withoutValue() {
    if (this instanceof Found) {
      throw new IllegalStateException("this answer has a value");
    }
    return (Lookup<U>) this;
  }
}
