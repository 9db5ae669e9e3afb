package dev.larder.transfer;

/**
 * Is told how far an import or export is, often. What it throws ends that, which leaves things
 * whole.
 */
@FunctionalInterface
public interface ImportProgress {

  /**
   * Takes note.
   *
   * @param what what is being done, as a few words
   * @param done how many bytes have been read or written
   * @param total how many there are; 0 where that isn't known
   */
  void report(String what, long done, long total);
}
