package dev.larder.registry;

import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The uploads in progress. Clients leave some behind: one that nobody has written to for an hour is
 * dropped when the next one begins, or when it is asked for. None survives a restart.
 */
final class Uploads {
  private static final Duration LONGEST_REST = Duration.ofHours(1);

  private final Store store;
  private final InstantSource clock;
  private final Map<String, Upload> uploads = new ConcurrentHashMap<>();

  Uploads(Store store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  /** Begins an upload to that repository. */
  Upload begin(RepositoryKey repository) throws IOException {
    dropForgotten();
    Instant now = clock.instant();
    Upload upload = new Upload(UUID.randomUUID().toString(), repository, store.create(), now);
    uploads.put(upload.id(), upload);
    return upload;
  }

  /** The upload of that id to that repository. */
  Optional<Upload> find(RepositoryKey repository, String id) throws IOException {
    Upload upload = uploads.get(id);
    if (upload == null || !upload.repository().equals(repository) || dropIfForgotten(upload)) {
      return Optional.empty();
    }
    return Optional.of(upload);
  }

  /** Forgets an upload and drops its bytes, unless they were committed. It must be claimed. */
  void end(Upload upload) throws IOException {
    uploads.remove(upload.id());
    upload.end();
  }

  private void dropForgotten() throws IOException {
    for (Upload upload : uploads.values()) {
      dropIfForgotten(upload);
    }
  }

  private boolean dropIfForgotten(Upload upload) throws IOException {
    boolean forgotten =
        upload.lastUse().plus(LONGEST_REST).isBefore(clock.instant()) && upload.claim();
    if (forgotten) {
      end(upload);
    }
    return forgotten;
  }
}
