package dev.larder.store;

import dev.larder.oci.RegistryName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is in the store, to be listed and counted. Safe for use by many threads; methods throw
 * {@link java.io.UncheckedIOException} as those of {@link Catalog}.
 */
public interface Inventory {

  /** Which images are to be listed. */
  sealed interface Selection {
    /** All of them. */
    record All() implements Selection {}

    /**
     * Those whose name, with registry and tag, has {@code text} in it; with {@code *} in the text,
     * which stands for anything, those whose whole name is of that form.
     */
    record Named(String text) implements Selection {}

    /** Those of one repository, and of its overlay. */
    record Of(RepositoryKey repository) implements Selection {}
  }

  /**
   * How much there is of something.
   *
   * @param repositories that have images
   * @param images that have a tag, or that no other lists or is the subject of
   */
  record Totals(long repositories, long images, long tags) {
    /** Nothing. */
    public static final Totals NONE = new Totals(0, 0, 0);

    /** Both together. */
    public Totals plus(Totals other) {
      return new Totals(
          repositories + other.repositories, images + other.images, tags + other.tags);
    }
  }

  /**
   * How much there is of everything.
   *
   * @param hosted what was pushed, but for overlays
   * @param overlays what was pushed over what is mirrored
   * @param mirrored by upstream
   * @param bytes of the blobs by upstream, or without one of those that were pushed; each counts
   *     once for each of them
   * @param allBytes of all blobs; each counts once
   */
  record Stock(
      Totals hosted,
      Totals overlays,
      Map<RegistryName, Totals> mirrored,
      Map<Optional<RegistryName>, Long> bytes,
      long allBytes) {}

  /**
   * A page of images: those with tags first, by upstream, repository and tag, pushed ones before
   * mirrored ones; then those without a tag that no index lists and that aren't attached to another
   * one.
   *
   * @param after the last one of the page before
   */
  List<StoredImage> images(Selection selection, Optional<StoredImage.Key> after, int limit);

  /** How much there is of everything. */
  Stock stock();

  /** The bytes of all blobs, each counted once; of {@link #stock}, what is cheap to know. */
  long allBytes();
}
