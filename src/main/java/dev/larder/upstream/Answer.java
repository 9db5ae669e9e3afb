package dev.larder.upstream;

import java.time.Duration;
import java.util.Optional;

/** How a question to an upstream registry ended. */
public sealed interface Answer<T> {

  /** It has it. */
  record Found<T>(T value) implements Answer<T> {}

  /**
   * It doesn't have it.
   *
   * @param message a sentence that names what was asked for, and where
   */
  record Absent<T>(String message) implements Answer<T> {}

  /**
   * It doesn't give it to us: we have no credential for it, or one that doesn't suffice.
   *
   * @param message a sentence that says what was refused, and what to configure
   * @param challenge where a client may get a token for it, if that is what the upstream wants
   */
  record Refused<T>(String message, Optional<BearerChallenge> challenge) implements Answer<T> {
    /** Without a challenge. */
    public Refused(String message) {
      this(message, Optional.empty());
    }
  }

  /**
   * It couldn't be asked, or didn't answer as a registry does: unreachable, too slow, 429, 5xx,
   * nonsense.
   *
   * @param message a sentence that says what happened, without credentials
   * @param retryAfter how long it wants to be left alone, where it said so
   */
  record Failed<T>(String message, Optional<Duration> retryAfter) implements Answer<T> {}

  /**
   * It wasn't asked, since no upstream is to be.
   *
   * @param message a sentence that says so, and of what
   */
  record NotAsked<T>(String message) implements Answer<T> {}

  /** The same refusal or failure as an answer to another question; not for {@link Found}. */
  @SuppressWarnings("unchecked") // without a value, the type parameter means nothing
  default <U> Answer<U> withoutValue() {
    if (this instanceof Found) {
      throw new IllegalStateException("this answer has a value");
    }
    return (Answer<U>) this;
  }
}
