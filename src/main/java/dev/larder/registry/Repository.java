package dev.larder.registry;

import dev.larder.mirror.Mirror;
import dev.larder.store.RepositoryKey;

/** Where a request's manifests and blobs are. */
sealed interface Repository {

  /** Which one it is, in the store. */
  RepositoryKey key();

  /** People push to it, and it has what they pushed. */
  record HostedRepository(RepositoryKey key) implements Repository {}

  /** It stands for a repository of an upstream, and can only be read. */
  record MirroredRepository(Mirror mirror) implements Repository {
    @Override
    public RepositoryKey key() {
      return mirror.key();
    }
  }

  /**
   * A hosted repository over the mirror of the upstream's of the same name: what was pushed comes
   * first, tag by tag and digest by digest, and the upstream has the rest.
   *
   * @param key the hosted one's, which takes the pushes
   * @param mirror what is beneath
   */
  record OverlaidRepository(RepositoryKey key, Mirror mirror) implements Repository {}
}
