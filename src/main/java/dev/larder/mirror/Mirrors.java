package dev.larder.mirror;

import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.Evictor;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.upstream.UpstreamRegistry;
import java.io.Closeable;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** The mirrors of all upstreams, and the fetches in progress. */
public final class Mirrors implements Closeable {
  private final Function<RegistryName, Optional<UpstreamRegistry>> upstreams;
  private final MirrorSettings settings;
  private final InstantSource clock;
  private final Aside aside = new Aside();
  private final Blobs blobs;
  private final Mirror.Contents contents;

  /**
   * @param store where mirrored content is kept; stays open
   * @param evictor makes room there
   * @param upstreams finds a registry by its name; empty where the configuration doesn't allow it
   * @param clock by which answers age
   * @param fetched is told of each fetch that has ended; must not block
   */
  public Mirrors(
      Store store,
      Evictor evictor,
      Function<RegistryName, Optional<UpstreamRegistry>> upstreams,
      MirrorSettings settings,
      InstantSource clock,
      Consumer<Fetched> fetched) {
    this.upstreams = upstreams;
    this.settings = settings;
    this.clock = clock;
    Manifests manifests = new Manifests(store, clock, aside, fetched);
    evictor.addListener(manifests::evicted);
    this.blobs = new Blobs(store, evictor, clock, settings.retries(), settings.ranges(), fetched);
    this.contents =
        new Mirror.Contents(
            manifests,
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

  /** For how long what that upstream says counts at the moment. */
  public Freshness freshness(RegistryName upstream) {
    return upstreams
        .apply(upstream)
        .map(registry -> freshness(upstream, registry))
        .orElseGet(() -> settings.freshness(upstream));
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
   * them uses the store any more, nor a check that nobody waits for, which an upstream's silence
   * may delay by its deadlines.
   */
  @Override
  public void close() {
    blobs.close();
    aside.close();
  }
}
