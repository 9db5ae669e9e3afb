package dev.larder.mirror;

import dev.larder.oci.Digest;
import dev.larder.store.Blob;
import dev.larder.store.DigestMismatchException;
import dev.larder.store.Evictor;
import dev.larder.store.FullDisk;
import dev.larder.store.IncomingBlob;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.upstream.Answer;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The download of one blob: from an upstream into the store, on a thread of its own. It belongs to
 * no request: readers come and go, and it goes on to the end. Where the upstream breaks off or
 * stalls, it asks for the rest. What it has when it fails stays for another time, unless that was
 * wrong. Where there is no room for the blob, it leaves it to those who read: see {@link Passage}.
 */
final class BlobFetch implements Download.Bytes {
  private static final Logger LOG = LoggerFactory.getLogger(BlobFetch.class);

  private final UpstreamRepository source;
  private final Digest digest;
  private final Store store;
  private final Evictor evictor;
  private final InstantSource clock;
  private final Consumer<Fetched> fetched;
  private final Progress progress = new Progress();
  private final Download download;
  private volatile @Nullable IncomingBlob incoming;
  private Optional<Evictor.Arrival> arrival = Optional.empty();

  /** How many bytes were here before. */
  private long taken;

  /** Why it is left to those who read. */
  private Optional<String> left = Optional.empty();

  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * @param source where it comes from
   * @param evictor makes room for it
   * @param retries as in {@link MirrorSettings}
   * @param lanes on which ranges of it may come
   * @param fetched as in {@link Mirrors}
   */
  BlobFetch(
      UpstreamRepository source,
      Digest digest,
      Store store,
      Evictor evictor,
      List<Duration> retries,
      Lanes lanes,
      InstantSource clock,
      Consumer<Fetched> fetched) {
    this.source = source;
    this.digest = digest;
    this.store = store;
    this.evictor = evictor;
    this.clock = clock;
    this.fetched = fetched;
    this.download = new Download(source, digest, retries, progress, lanes, clock, this);
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
    try {
      return bytes.read();
    } catch (IOException e) {
      progress.awaitEnd(); // whoever asks anew isn't to join this again
      throw e;
    }
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
    Instant begun = clock.instant();
    Optional<Lookup<MirroredBlob>> failure;
    try (Closeable _ = store.use(digest)) {
      try {
        failure = fetch();
      } finally {
        download.awaitEnd();
      }
    } catch (IOException | UncheckedIOException e) {
      // The upstream's failures come as answers: this is ours.
      failure = isForWantOfRoom(e) ? leave(e) : Optional.of(unstored(e));
    } catch (InterruptedException | RuntimeException | Error e) {
      String message = "%s can't be fetched: %s".formatted(source.blob(digest), e);
      LOG.error("{}", message, e);
      failure = Optional.of(unavailable(message));
    }
    if (incoming != null) {
      tell(begun, failure);
    }
    whenEnded.run();
    arrival.ifPresent(Evictor.Arrival::close);
    failure.ifPresent(progress::fail);
    ended.countDown();
  }

  private void tell(Instant begun, Optional<Lookup<MirroredBlob>> failure) {
    Instant now = clock.instant();
    fetched.accept(
        new Fetched(
            now,
            source.key(),
            digest,
            Optional.of(digest),
            Optional.empty(),
            true,
            Math.max(0, progress.written() - taken),
            Duration.between(begun, now),
            failure.map(Lookup::message).or(() -> left)));
  }

  private Lookup<MirroredBlob> unstored(Exception e) {
    String message = "%s can't be stored: %s".formatted(source.blob(digest), e);
    LOG.warn("{}", message);
    return unavailable(message);
  }

  private static boolean isForWantOfRoom(Exception e) {
    return e instanceof NoRoomException || FullDisk.isCause(e);
  }

  /** Has those who read get it for themselves; what to say where that can't be. */
  private Optional<Lookup<MirroredBlob>> leave(Exception why) {
    OptionalLong length = download.length();
    if (length.isEmpty()) {
      Answer<Long> answer = source.registry().headBlob(source.name(), digest);
      if (!(answer instanceof Answer.Found<Long>(Long size))) {
        return Optional.of(source.answer(answer));
      }
      length = OptionalLong.of(size);
    }
    String message =
        "%s is passed on and not kept: %s".formatted(source.blob(digest), why.getMessage());
    LOG.warn("{}", message);
    left = Optional.of(message);
    progress.leave(length.getAsLong());
    return Optional.empty();
  }

  @Override
  public void expect(long length) throws NoRoomException {
    if (arrival.isEmpty()) {
      arrival = evictor.admit(length);
      if (arrival.isEmpty()) {
        throw new NoRoomException(length);
      }
    }
  }

  @Override
  public void append(IncomingBlob blob, ByteBuffer bytes) throws IOException {
    store.append(blob, bytes);
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
        taken = again ? 0 : bytes.size();
        return receive(bytes);
      } catch (DigestMismatchException e) {
        // Pieces of two representations may have been put together.
        download.distrust();
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

  private Optional<Lookup<MirroredBlob>> receive(IncomingBlob bytes)
      throws DigestMismatchException, IOException, InterruptedException {
    try {
      Optional<Lookup<MirroredBlob>> failure = download.receive(bytes);
      if (failure.isEmpty()) {
        store.commit(source.key(), bytes, digest);
        arrival.ifPresent(Evictor.Arrival::arrived);
        linkJoined();
      }
      return failure;
    } catch (IOException | UncheckedIOException e) {
      if (!isForWantOfRoom(e)) {
        throw e;
      }
      // Whoever doesn't find the file any more is to know why.
      Optional<Lookup<MirroredBlob>> failure = leave(e);
      bytes.discard();
      return failure;
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
