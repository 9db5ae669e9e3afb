package dev.larder.events;

import java.util.Locale;

/** What kind of thing has happened. */
public enum Kind {
  /** A client got a manifest or a blob, or asked by HEAD what a tag names. */
  PULL,
  /** A repository got a manifest or a blob from a client. */
  PUSH,
  /** A repository got a blob that another one has. */
  MOUNT,
  /** A tag, a manifest or a blob was deleted by a client or by {@code larder rm}. */
  DELETE,
  /** An upstream has sent a manifest or a blob, or failed to. */
  FETCH,
  /** Something mirrored was dropped for room. */
  EVICT;

  /** The word for it, in lower case. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
