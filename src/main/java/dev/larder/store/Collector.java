package dev.larder.store;

import dev.larder.oci.Digest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Removes what nothing refers to, while everybody else works on.
 *
 * <p>A push sends its blobs, or is told that they are here, before it sends the manifest that
 * refers to them. So a blob of a hosted repository goes only when nothing has referred to it for
 * the grace period, and nobody was told in that time that it is here. Whether that is so is decided
 * in the transaction that takes it out; a manifest is added in another one, that looks for its
 * blobs: whichever comes first, no manifest lacks a blob. The file goes afterwards, under the lock
 * of its digest, so that nobody who commits or mounts that blob meanwhile loses it.
 *
 * <p>What mirrored repositories have is not its concern, but for what never became whole.
 */
public final class Collector {
  private static final int PAGE = 500;
  private static final Duration LONGEST_PARTIAL = Duration.ofDays(7);

  private final Store store;
  private final InstantSource clock;

  /**
   * What is to go.
   *
   * @param grace for how long nothing may have referred to it
   * @param untagged whether manifests go as well that no tag, no index and no subject keeps
   * @param dryRun whether it only looks
   */
  public record Scope(Duration grace, boolean untagged, boolean dryRun) {
    /**
     * @throws IllegalArgumentException if {@code grace} is negative
     */
    public Scope {
      if (grace.isNegative()) {
        throw new IllegalArgumentException("a grace period can't be negative: " + grace);
      }
    }
  }

  public Collector(Store store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Collects. It may be ended at any time, by {@code progress} or by kill -9: what is left then is
   * whole.
   */
  public Collection collect(Scope scope, UpkeepProgress progress) throws IOException {
    Run run = new Run(scope, progress);
    if (scope.untagged()) {
      run.manifests();
    }
    run.blobs();
    if (!scope.dryRun()) {
      store.overlays().forgetEmpty();
    }
    progress.report("looking for files that no repository has", 0, 0);
    long orphans = scope.dryRun() ? store.orphans().size() : store.sweep();
    long partial =
        scope.dryRun() ? 0 : store.blobs().dropPartial(clock.instant().minus(LONGEST_PARTIAL));
    return new Collection(run.manifests, run.blobs, run.bytes, orphans, partial);
  }

  private final class Run {
    private final Scope scope;
    private final UpkeepProgress progress;
    private final Set<Digest> counted = new HashSet<>();
    private long manifests;
    private long blobs;
    private long bytes;

    Run(Scope scope, UpkeepProgress progress) {
      this.scope = scope;
      this.progress = progress;
    }

    private Instant until() {
      return clock.instant().minus(scope.grace());
    }

    /** Where one goes, those that it kept may go next, if there is no grace for them. */
    void manifests() {
      long before;
      do {
        before = manifests;
        Instant until = until();
        Optional<HostedContent> last = Optional.empty();
        List<HostedContent> page;
        do {
          page = store.catalog().unusedManifests(until, last, PAGE);
          for (HostedContent found : page) {
            progress.report("collecting manifests", manifests, 0);
            if (scope.dryRun()
                || store
                    .catalog()
                    .deleteUnusedManifest(found.repository(), found.digest(), until)) {
              manifests++;
            }
            last = Optional.of(found);
          }
        } while (page.size() == PAGE);
      } while (manifests > before && !scope.dryRun());
    }

    void blobs() throws IOException {
      Instant until = until();
      Optional<HostedContent> last = Optional.empty();
      List<HostedContent> page;
      do {
        page = store.catalog().unusedBlobs(until, last, PAGE);
        for (HostedContent found : page) {
          progress.report("collecting blobs", blobs, 0);
          if (scope.dryRun()) {
            blobs++;
            bytes += counted.add(found.digest()) ? found.size() : 0;
          } else {
            collect(found, until);
          }
          last = Optional.of(found);
        }
      } while (page.size() == PAGE);
    }

    private void collect(HostedContent found, Instant until) throws IOException {
      try (var _ = store.lock(found.digest())) {
        if (store.catalog().unlinkUnusedBlob(found.repository(), found.digest(), until)) {
          blobs++;
          if (!store.catalog().isBlobLinked(found.digest())) {
            OptionalLong size = store.blobs().size(found.digest());
            store.blobs().delete(found.digest());
            bytes += size.orElse(0);
          }
        }
      }
    }
  }
}
