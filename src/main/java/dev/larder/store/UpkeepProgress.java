package dev.larder.store;

/** Is told how far a collection or a verification is, while it holds no lock. */
@FunctionalInterface
public interface UpkeepProgress {

  /**
   * Takes note.
   *
   * @param what what is being done, as a few words
   * @param done how much has been done: bytes where {@code total} isn't 0, else pieces
   * @param total how many bytes there are to do; 0 where nobody counts
   * @throws java.util.concurrent.CancellationException if it is to end
   */
  void report(String what, long done, long total);
}
