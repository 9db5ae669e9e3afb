package dev.larder.store;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The mirrored repositories of which something came by a client's own right, so that it isn't
 * everybody's. In memory, so that a pull needs no look into the catalog for that; and in the
 * catalog, so that it outlives the process.
 */
public final class PrivateRepositories {
  private final Catalog catalog;
  private final Set<RepositoryKey> known = ConcurrentHashMap.newKeySet();

  PrivateRepositories(Catalog catalog) {
    this.catalog = catalog;
    known.addAll(catalog.privateRepositories());
  }

  /** Whether a repository is private. Never blocks. */
  public boolean contains(RepositoryKey repository) {
    return known.contains(repository);
  }

  /**
   * From now on the repository is private. Durable, and seen by everybody, when this returns:
   * whoever then adds to it what isn't everybody's adds it to a private one.
   */
  public synchronized void add(RepositoryKey repository) {
    if (!known.contains(repository)) {
      catalog.setPrivate(repository, true);
      known.add(repository);
    }
  }

  /** From now on the repository isn't private: its upstream gives it to everybody. */
  public synchronized void remove(RepositoryKey repository) {
    if (known.contains(repository)) {
      catalog.setPrivate(repository, false);
      known.remove(repository);
    }
  }
}
