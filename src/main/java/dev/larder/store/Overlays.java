package dev.larder.store;

import dev.larder.oci.RepositoryName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which mirrored repositories have an {@linkplain RepositoryKey#overlay overlay} with something in
 * it. In memory, so that a pull from one that has none needs no look into the catalog for that.
 *
 * <p>Every overlay that has anything is known here before whoever wrote to it is told so. One that
 * has become empty may be known until {@link #forgetEmpty}, which costs a look.
 */
public final class Overlays {
  private static final int PAGE = 1000;

  private final Catalog catalog;
  private final Map<RepositoryKey, RepositoryKey> byMirrored = new ConcurrentHashMap<>();

  Overlays(Catalog catalog) {
    this.catalog = catalog;
    List<RepositoryName> page;
    Optional<String> after = Optional.empty();
    do {
      page = catalog.hostedRepositories(after, PAGE);
      page.forEach(name -> written(RepositoryKey.hosted(name)));
      after = page.isEmpty() ? after : Optional.of(page.getLast().value());
    } while (page.size() == PAGE);
  }

  /** The overlay of a mirrored repository, if it has one. Never blocks. */
  public Optional<RepositoryKey> over(RepositoryKey mirrored) {
    return Optional.ofNullable(byMirrored.get(mirrored));
  }

  /** Something was added to that repository, whichever it is. */
  void written(RepositoryKey repository) {
    repository.overlaid().ifPresent(mirrored -> byMirrored.put(mirrored, repository));
  }

  /** Forgets those that have nothing any more. */
  void forgetEmpty() {
    // The look and the removal are one step, so that a write between them isn't forgotten.
    byMirrored
        .keySet()
        .forEach(
            mirrored ->
                byMirrored.computeIfPresent(
                    mirrored, (_, overlay) -> catalog.exists(overlay) ? overlay : null));
  }
}
