package dev.larder.registry.access;

/** Whether somebody may do something. */
public sealed interface Decision {

  /** Yes. */
  record Allowed() implements Decision {}

  /**
   * Not without credentials, or with better ones.
   *
   * @param error as a challenge names it; see RFC 6750, section 3.1; empty if there were none
   * @param reason a sentence
   */
  record Challenge(String error, String reason) implements Decision {}

  /** No. */
  record Denied() implements Decision {}

  /** It can't be told, for what {@code authentication} says. */
  record Undecided(Authentication authentication) implements Decision {}
}
