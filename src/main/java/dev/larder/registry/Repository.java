package dev.larder.registry;

import dev.larder.mirror.Mirror;
import dev.larder.store.RepositoryKey;
import java.util.List;

/** Where a request's manifests and blobs are. */
sealed interface Repository {

  /** People push to it, and it has what they pushed. */
  record HostedRepository(RepositoryKey key) implements Repository {}

  /** It stands for a repository of an upstream, and can only be read. */
  record MirroredRepository(Mirror mirror) implements Repository {}

  /**
   * Hosted repositories over the mirror of an upstream's: what was pushed comes first, tag by tag
   * and digest by digest, and the upstream has the rest.
   *
   * @param hosted where to look, in that order; the first takes the pushes
   * @param mirror what is beneath
   */
  record OverlaidRepository(List<RepositoryKey> hosted, Mirror mirror) implements Repository {}
}
