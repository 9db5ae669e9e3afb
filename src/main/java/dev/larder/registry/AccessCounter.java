package dev.larder.registry;

import dev.larder.metrics.Count;
import dev.larder.metrics.Metrics;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.Bookkeeper;
import dev.larder.store.RepositoryKey;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Counts requests when they have been answered, those from memory as well. What clients are refused
 * for want of a login isn't counted: they ask again.
 */
public final class AccessCounter implements Consumer<Access> {
  private final Metrics metrics;
  private final Bookkeeper bookkeeper;

  /**
   * @param metrics counts by upstream
   * @param bookkeeper learns which images are pulled
   */
  public AccessCounter(Metrics metrics, Bookkeeper bookkeeper) {
    this.metrics = metrics;
    this.bookkeeper = bookkeeper;
  }

  @Override
  public void accept(Access access) {
    if (access.repository().isEmpty()) {
      return;
    }
    boolean overlay = access.outcome() == Access.Outcome.OVERLAY;
    String upstream =
        access.upstream().filter(_ -> !overlay).map(RegistryName::value).orElse(Metrics.HOSTED);
    boolean answered =
        access.outcome() != Access.Outcome.ERROR && access.outcome() != Access.Outcome.UNAVAILABLE;
    if (answered) {
      metrics.admit(upstream);
    }
    switch (access.endpoint()) {
      case "manifest" -> countManifest(upstream, access, answered);
      case "blob" -> countBlob(upstream, access, answered);
      case "upload" -> metrics.add(upstream, Count.RECEIVED_BYTES, access.bytesReceived());
      default -> {}
    }
  }

  private void countManifest(String upstream, Access access, boolean answered) {
    if (access.method().equals("PUT")) {
      metrics.add(upstream, Count.RECEIVED_BYTES, access.bytesReceived());
      metrics.add(upstream, Count.PUSH, answered ? 1 : 0);
      return;
    }
    if (!isPull(access)) {
      return;
    }
    manifests(access).ifPresent(count -> metrics.add(upstream, count, 1));
    if (answered) {
      metrics.add(upstream, Count.SERVED_BYTES, access.bytesSent());
      pulled(access);
    }
  }

  private void pulled(Access access) {
    String repository = access.repository().orElseThrow();
    Optional<String> overlay =
        access.outcome() == Access.Outcome.OVERLAY
            ? new RepositoryKey(access.upstream(), new RepositoryName(repository))
                .overlay()
                .map(key -> key.name().value())
            : Optional.empty();
    bookkeeper.pulled(
        overlay.isPresent() ? Optional.empty() : access.upstream(),
        overlay.orElse(repository),
        access.reference().orElseThrow(),
        access.at());
  }

  private void countBlob(String upstream, Access access, boolean answered) {
    if (isPull(access)) {
      blobs(access).ifPresent(count -> metrics.add(upstream, count, 1));
      if (access.outcome() == Access.Outcome.HIT) {
        // Of use for those alone that no manifest refers to: others are used with their image.
        pulled(access);
      }
      metrics.add(upstream, Count.SERVED_BYTES, answered ? access.bytesSent() : 0);
    }
  }

  private static boolean isPull(Access access) {
    return access.method().equals("GET") || access.method().equals("HEAD");
  }

  private static Optional<Count> manifests(Access access) {
    return switch (access.outcome()) {
      case HIT -> Optional.of(Count.MANIFEST_HIT);
      case REVALIDATED -> Optional.of(Count.MANIFEST_REVALIDATED);
      case STALE -> Optional.of(Count.MANIFEST_STALE);
      case MISS -> Optional.of(Count.MANIFEST_MISS);
      case HOSTED, OVERLAY -> Optional.of(Count.MANIFEST_HOSTED);
      case UNAVAILABLE -> Optional.of(Count.MANIFEST_ERROR);
      case ERROR -> failure(access, Count.MANIFEST_ABSENT, Count.MANIFEST_ERROR);
    };
  }

  private static Optional<Count> blobs(Access access) {
    return switch (access.outcome()) {
      case HIT, STALE -> Optional.of(Count.BLOB_HIT);
      case REVALIDATED -> Optional.of(Count.BLOB_REVALIDATED);
      case MISS -> Optional.of(Count.BLOB_MISS);
      case HOSTED, OVERLAY -> Optional.of(Count.BLOB_HOSTED);
      case UNAVAILABLE -> Optional.of(Count.BLOB_ERROR);
      case ERROR -> failure(access, Count.BLOB_ABSENT, Count.BLOB_ERROR);
    };
  }

  private static Optional<Count> failure(Access access, Count absent, Count error) {
    return switch (access.status()) {
      case 404 -> Optional.of(absent);
      case Access.CLIENT_GONE, 400, 401, 403 -> Optional.empty();
      default -> Optional.of(error);
    };
  }
}
