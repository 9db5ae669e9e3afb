package dev.larder.cluster;

/**
 * Something that a person should know about a node or a cluster, in sentences.
 *
 * @param level how bad it is
 * @param what what was found, and where
 * @param remedy what to do about it; empty text where nothing has to be done
 */
public record Finding(Level level, String what, String remedy) {

  /** How bad it is. */
  public enum Level {
    /** Good to know. */
    NOTE,
    /** Something isn't as it was asked for. */
    PROBLEM
  }

  static Finding note(String what) {
    return new Finding(Level.NOTE, what, "");
  }

  static Finding problem(String what, String remedy) {
    return new Finding(Level.PROBLEM, what, remedy);
  }

  /** Whether something isn't as it was asked for. */
  public boolean isProblem() {
    return level == Level.PROBLEM;
  }

  @Override
  public String toString() {
    return remedy.isEmpty() ? what : what + ": " + remedy;
  }
}
