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

    /** Those of one repository. */
    record Of(RepositoryKey repository) implements Selection {}
  }

  /**
   * What is counted of a registry's repositories.
   *
   * @param repositories that have images
   * @param images that have a tag, or that no other lists or is the subject of
   * @param bytes of their blobs; each counts once for the registry
   */
  record Totals(long repositories, long images, long tags, long bytes) {
    /** Nothing. */
    public static final Totals NONE = new Totals(0, 0, 0, 0);
  }

  /**
   * A page of images: those with tags first, by upstream, repository and tag, pushed ones before
   * mirrored ones; then those without a tag that no index lists and that aren't attached to another
   * one.
   *
   * @param after the last one of the page before
   */
  List<StoredImage> images(Selection selection, Optional<StoredImage.Key> after, int limit);

  /** What there is of each upstream, and, without one, of what was pushed here. */
  Map<Optional<RegistryName>, Totals> totals();

  /** The bytes of all blobs; each counts once. */
  long blobBytes();
}
