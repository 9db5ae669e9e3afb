package dev.larder.metrics;

/** How a question to an upstream ended. */
public enum Asked {
  /** It has it. */
  FOUND,
  /** It doesn't have it. */
  ABSENT,
  /** It doesn't give it to us. */
  REFUSED,
  /** It couldn't be asked, or is left alone. */
  FAILED
}
