package dev.larder.registry.access;

import java.time.Duration;

/** Who somebody turned out to be. */
public sealed interface Authentication {

  /** The credentials are right, or there are none. */
  record Known(Principal principal) implements Authentication {}

  /**
   * They aren't.
   *
   * @param reason a sentence without the credentials
   */
  record Failed(String reason) implements Authentication {}

  /** So many wrong ones came that these weren't looked at. */
  record TooMany(Duration retryAfter) implements Authentication {}

  /** They can't be looked at now. */
  record Unavailable(String reason) implements Authentication {}
}
