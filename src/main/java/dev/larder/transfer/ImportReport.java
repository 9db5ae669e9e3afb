package dev.larder.transfer;

import java.util.List;
import java.util.Optional;

/**
 * What came of an import or, of a dry run, what would.
 *
 * @param kind what the source is
 * @param repositories how many were looked at
 * @param manifests how many were added
 * @param manifestsThere how many the repositories had already
 * @param tags how many were set
 * @param tagsThere how many pointed to the same manifest already
 * @param linked blobs that got a second name and weren't copied
 * @param copied blobs that were copied
 * @param there blobs that needn't be read again: the repository had them, or another one that was
 *     imported with it
 * @param toRead blobs that a dry run would have read
 * @param notLinked why files were copied, where they were
 * @param kept tags that point elsewhere here, and were left so
 * @param incomplete indexes that were taken over without all that they list
 * @param failures what wasn't taken over
 */
public record ImportReport(
    String kind,
    long repositories,
    long manifests,
    long manifestsThere,
    long tags,
    long tagsThere,
    Count linked,
    Count copied,
    Count there,
    Count toRead,
    Optional<String> notLinked,
    List<Notice> kept,
    List<Notice> incomplete,
    List<Notice> failures) {

  /** A number of blobs, and of their bytes. */
  public record Count(long number, long bytes) {
    static final Count NONE = new Count(0, 0);

    Count plus(long size) {
      return new Count(number + 1, bytes + size);
    }
  }

  /**
   * Something that the user should know.
   *
   * @param image which repository or image it is about
   * @param text what there is to say of it
   */
  public record Notice(String image, String text) {}
}
