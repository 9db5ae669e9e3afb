package dev.larder.mirror;

import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.upstream.UpstreamRegistry;
import java.io.Closeable;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The mirrors of all upstreams, and the fetches in progress. */
public final class Mirrors implements Closeable {
  private final Function<RegistryName, Optional<UpstreamRegistry>> upstreams;
  private final MirrorSettings settings;
  private final InstantSource clock;
  private final Blobs blobs;
  private final Mirror.Contents contents;

  /**
   * @param store where mirrored content is kept; stays open
   * @param upstreams finds a registry by its name; empty where the configuration doesn't allow it
   * @param clock by which answers age
   */
  public Mirrors(
      Store store,
      Function<RegistryName, Optional<UpstreamRegistry>> upstreams,
      MirrorSettings settings,
      InstantSource clock) {
    this.upstreams = upstreams;
    this.settings = settings;
    this.clock = clock;
    this.blobs = new Blobs(store, clock, settings.retries());
    this.contents =
        new Mirror.Contents(
            new Manifests(store, clock),
            blobs,
            new Documents(store, clock),
            new Rights(store.privateRepositories(), clock),
            settings.passChallenges());
  }

  /** The mirror of a repository; empty where the configuration doesn't allow that upstream. */
  public Optional<Mirror> mirror(RegistryName upstream, RepositoryName repository) {
    return upstreams
        .apply(upstream)
        .map(
            registry ->
                new UpstreamRepository(
                    RepositoryKey.mirrored(upstream, repository),
                    registry,
                    freshness(upstream, registry),
                    Optional.empty()))
        .map(source -> new Mirror(source, contents));
  }

  /** Where the upstream's rate limit is near, what it said is taken for current for longer. */
  private Freshness freshness(RegistryName upstream, UpstreamRegistry registry) {
    Freshness usual = settings.freshness(upstream);
    return registry.rateLimit().filter(limit -> limit.isNear(clock.instant())).isPresent()
        ? usual.stretched()
        : usual;
  }

  /** The fetches in progress. */
  public List<Fetch> fetches() {
    return blobs.fetches();
  }

  /**
   * Ends the fetches in progress; what they have is kept for the next start. Returns when none of
   * them uses the store any more, which an upstream's silence may delay by its deadlines.
   */
  @Override
  public void close() {
    blobs.close();
  }
}
