package dev.larder.engine;

/** What an engine does when a container ends, and when the engine itself starts. */
public enum RestartPolicy {
  NO,
  ON_FAILURE,
  /** Also when the engine starts, but for containers that were stopped by hand. */
  UNLESS_STOPPED,
  ALWAYS
}
