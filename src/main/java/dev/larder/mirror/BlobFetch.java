package dev.larder.mirror;

import dev.larder.oci.Digest;
import dev.larder.store.Blob;
import dev.larder.store.DigestMismatchException;
import dev.larder.store.IncomingBlob;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The download of one blob: from an upstream into the store, on a thread of its own. It belongs to
 * no request: readers come and go, and it goes on to the end. Where the upstream breaks off or
 * stalls, it asks for the rest. What it has when it fails stays for another time, unless that was
 * wrong.
 */
final class BlobFetch {
  private static final Logger LOG = LoggerFactory.getLogger(BlobFetch.class);

  private final UpstreamRepository source;
  private final Digest digest;
  private final Store store;
  private final Progress progress = new Progress();
  private final Download download;
  private volatile @Nullable IncomingBlob incoming;
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * @param source where it comes from
   * @param retries as in {@link MirrorSettings}
   */
  BlobFetch(UpstreamRepository source, Digest digest, Store store, List<Duration> retries) {
    this.source = source;
    this.digest = digest;
    this.store = store;
    this.download = new Download(source, digest, retries, progress);
    progress.join(source.key());
  }

  UpstreamRepository source() {
    return source;
  }

  Digest digest() {
    return digest;
  }

  Progress progress() {
    return progress;
  }

  /** How far it is, to be shown. */
  Fetch describe() {
    OptionalLong length =
        progress.state() instanceof Progress.State.Arriving(long known)
            ? OptionalLong.of(known)
            : OptionalLong.empty();
    return new Fetch(source.key(), digest, progress.written(), length);
  }

  /** Opens what is there, once {@link Progress#awaitBeyond} has let it be read. */
  Blob open() throws IOException {
    IncomingBlob bytes = incoming;
    if (bytes == null) {
      throw new IllegalStateException("there is nothing to read yet");
    }
    return bytes.read();
  }

  /**
   * Begins, on a thread of its own.
   *
   * @param whenEnded is run when it doesn't use the store any more, before those who wait learn of
   *     a failure
   */
  void start(Runnable whenEnded) {
    Thread.ofVirtual().name("fetch " + digest).start(() -> run(whenEnded));
  }

  /** Asks it to end soon; what it has is kept. */
  void stop() {
    progress.stop();
    download.cancel();
  }

  /** Waits until it has ended. */
  void awaitEnd() throws InterruptedException {
    ended.await();
  }

  private void run(Runnable whenEnded) {
    Optional<Lookup<MirroredBlob>> failure;
    try {
      failure = fetch();
    } catch (IOException | UncheckedIOException e) {
      // The upstream's failures come as answers: this is ours, a full disk for one.
      String message = "%s can't be stored: %s".formatted(source.blob(digest), e);
      LOG.warn("{}", message);
      failure = Optional.of(unavailable(message));
    } catch (InterruptedException | RuntimeException | Error e) {
      String message = "%s can't be fetched: %s".formatted(source.blob(digest), e);
      LOG.error("{}", message, e);
      failure = Optional.of(unavailable(message));
    }
    whenEnded.run();
    failure.ifPresent(progress::fail);
    ended.countDown();
  }

  /** Fetches, commits and links it; what to say where that fails. */
  private Optional<Lookup<MirroredBlob>> fetch() throws IOException, InterruptedException {
    if (progress.stopped()) {
      return Optional.of(unavailable("Larder is stopping"));
    }
    if (store.blobSize(source.key(), digest).isPresent()) {
      linkJoined(); // another fetch has ended since the one who began this looked
      return Optional.empty();
    }
    download.expect(store.catalog().describedSize(source.key(), digest));
    for (boolean again = false; ; again = true) {
      try (IncomingBlob bytes = begin()) {
        incoming = bytes;
        Optional<Lookup<MirroredBlob>> failure = download.receive(bytes);
        if (failure.isEmpty()) {
          store.commit(source.key(), bytes, digest);
          linkJoined();
        }
        return failure;
      } catch (DigestMismatchException e) {
        // Pieces of two representations may have been put together.
        if (again || !download.isPieced() || !progress.rewind()) {
          return Optional.of(
              source.failure(
                  "the upstream sent other bytes for %s: %s"
                      .formatted(source.blob(digest), e.getMessage())));
        }
        LOG.warn("{} was put together wrongly, and is fetched anew", source.blob(digest));
      }
    }
  }

  /** What came by a client's token is nothing that another repository's fetch may go on with. */
  private IncomingBlob begin() throws IOException {
    return source.asker().isPresent() ? store.create() : store.resume(digest);
  }

  /** Lets all who joined serve it, which ends the fetch. */
  private void linkJoined() throws IOException {
    Set<RepositoryKey> linked = new HashSet<>(Set.of(source.key()));
    for (Set<RepositoryKey> missing = progress.commit(linked);
        !missing.isEmpty();
        missing = progress.commit(linked)) {
      for (RepositoryKey repository : missing) {
        store.link(repository, digest);
      }
      linked.addAll(missing);
    }
  }

  private static Lookup<MirroredBlob> unavailable(String message) {
    return new Lookup.Unavailable<>(message, Optional.empty());
  }
}
