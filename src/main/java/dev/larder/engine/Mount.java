package dev.larder.engine;

/**
 * A volume or a folder of the host in a container.
 *
 * @param kind which of the two
 * @param source the volume's name, or the folder's path on the engine's host
 * @param target where it is in the container
 * @param readOnly whether the container may only read it
 */
public record Mount(Kind kind, String source, String target, boolean readOnly) {

  /** What is mounted. */
  public enum Kind {
    VOLUME,
    FOLDER,
    /** Memory; its source is empty. */
    TMPFS,
    OTHER
  }
}
