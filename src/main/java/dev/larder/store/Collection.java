package dev.larder.store;

/**
 * What a collection has removed or, if it only looked, would have.
 *
 * @param manifests how many manifests
 * @param blobs how many blobs, counted once for each repository that had them
 * @param bytes the length of those that no other repository has; of a look, at most
 * @param orphans how many blobs no repository had
 * @param partial how many blobs that never became whole
 */
public record Collection(long manifests, long blobs, long bytes, long orphans, long partial) {

  /** Whether nothing was to be removed. */
  public boolean isEmpty() {
    return manifests == 0 && blobs == 0 && orphans == 0 && partial == 0;
  }
}
