package dev.larder.registry;

/** What was pushed may lie over what is mirrored, so that its tags come first. */
public enum Layering {
  /** A registry in a request always means the mirror. */
  SEPARATE,
  /** A mirrored repository may have an overlay: what was pushed here by its full name. */
  OVERLAYS,
  /**
   * What was pushed here by the name in the request's path comes first, whatever else the request
   * says, as clients of {@code registry:2} expect.
   */
  HOSTED_FIRST
}
