package dev.larder.registry.access;

import java.util.Locale;

/** What somebody wants to do with a repository. */
public enum Action {
  /** Read manifests, blobs, and lists of them. */
  PULL,
  /** Add to it, and move its tags. */
  PUSH,
  /** Remove tags, manifests and blobs. */
  DELETE;

  /** As it stands in configurations and tokens. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
