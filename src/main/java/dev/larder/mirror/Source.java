package dev.larder.mirror;

/** Where an answer of a mirrored repository comes from. */
public enum Source {
  /** From the store; the upstream wasn't asked. */
  HIT,
  /** From the upstream. */
  MISS,
  /** From the store, after the upstream said that this is what it has. */
  REVALIDATED,
  /** From the store, because the upstream couldn't be asked: it may have changed since. */
  STALE
}
