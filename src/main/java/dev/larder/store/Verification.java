package dev.larder.store;

import java.util.List;

/**
 * What a verification has found.
 *
 * @param blobs how many blobs were read
 * @param manifests how many manifests were read
 * @param bytes how many bytes that was
 * @param problems what was wrong and what was done about it, a sentence each
 * @param missing what hosted images lack, for that reason or another
 */
public record Verification(
    long blobs, long manifests, long bytes, List<String> problems, List<MissingPart> missing) {

  /** Whether nothing was wrong. */
  public boolean isClean() {
    return problems.isEmpty() && missing.isEmpty();
  }
}
