package dev.larder.control;

/**
 * How far an operation is.
 *
 * @param what what it is doing, as a few words in lower case: {@code reading blobs}
 * @param unit what is counted
 * @param done how much has been done
 * @param total how much there is to do; 0 where that isn't known
 */
public record Step(String what, Unit unit, long done, long total) {

  /** What is counted. */
  public enum Unit {
    BYTES,
    /** Whatever the words of the step speak of. */
    ITEMS
  }
}
