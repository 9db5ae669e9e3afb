package dev.larder.mirror;

import dev.larder.mirror.Freshness.Verdict;
import dev.larder.mirror.Progress.State;
import dev.larder.mirror.UpstreamRepository.Asked;
import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.store.Blob;
import dev.larder.store.Evictor;
import dev.larder.store.FullDisk;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.upstream.Answer;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The blobs of mirrored repositories. Content is stored and fetched once, whoever asks for it, but
 * a repository serves it only by a right of its own: one of its manifests refers to it, or its
 * upstream says that it has it.
 *
 * <p>What is here for the sake of private repositories alone isn't had for the naming of its digest
 * in a manifest: a repository of the same upstream may serve it if that says that it has it; one of
 * another upstream, which might say anything, if that sends the bytes.
 */
final class Blobs implements Closeable {
  private static final long RECENT_MEMORY = 4 << 20;

  private record Question(RepositoryKey repository, Digest digest) {}

  private final Store store;
  private final Evictor evictor;
  private final InstantSource clock;
  private final List<Duration> retries;
  private final Lanes lanes;
  private final Consumer<Fetched> fetched;
  private final ConcurrentHashMap<Digest, BlobFetch> fetches = new ConcurrentHashMap<>();
  private final SingleFlight<Asked<Question>, Lookup<Long>> flights = new SingleFlight<>();

  /** The lengths of blobs that upstreams have, and which ones they haven't. */
  private final Recent<Question, Long> recent = new Recent<>(RECENT_MEMORY, size -> 16);

  private volatile boolean closed;

  Blobs(
      Store store,
      Evictor evictor,
      InstantSource clock,
      List<Duration> retries,
      RangeSettings ranges,
      Consumer<Fetched> fetched) {
    this.store = store;
    this.evictor = evictor;
    this.clock = clock;
    this.retries = retries;
    this.lanes = new Lanes(ranges, clock);
    this.fetched = fetched;
  }

  Lookup<MirroredBlob> blob(UpstreamRepository repository, Digest digest) {
    try {
      Optional<Lookup<MirroredBlob>> answer = look(repository, digest);
      while (answer.isEmpty()) {
        answer = look(repository, digest);
      }
      return answer.get();
    } catch (IOException e) {
      throw new UncheckedIOException("The blob %s can't be opened".formatted(digest), e);
    }
  }

  /** Answers with what there is now; empty if that is changing, and another look is needed. */
  private Optional<Lookup<MirroredBlob>> look(UpstreamRepository repository, Digest digest)
      throws IOException {
    Optional<BlobFetch> running = Optional.ofNullable(fetches.get(digest));
    Optional<Blob> blob = store.openBlob(repository.key(), digest);
    if (blob.isPresent()) {
      return whole(blob.get(), Source.HIT);
    }
    boolean joined =
        running.filter(fetch -> fetch.progress().hasJoined(repository.key())).isPresent();
    Lending lending = joined ? Lending.UNNEEDED : lending(repository, digest, running);
    if (lending == Lending.NONE && running.isPresent()) {
      running.get().progress().awaitEnd();
      return Optional.empty();
    }
    if (lending == Lending.OPEN || lending == Lending.BY_UPSTREAM) {
      // It is here, or on its way, for another repository's sake.
      Lookup<Long> right =
          lending == Lending.OPEN ? right(repository, digest) : ask(repository, digest);
      if (!(right instanceof Lookup.Found<Long> found)) {
        return Optional.of(right.withoutValue());
      }
      if (link(repository, digest)) {
        return store.openBlob(repository.key(), digest).flatMap(b -> whole(b, found.source()));
      }
    }
    return running.isPresent() ? follow(repository, running.get()) : fetch(repository, digest);
  }

  /** False if it isn't here any more, or the catalog has no room to say whose it is, too. */
  private boolean link(UpstreamRepository repository, Digest digest) throws IOException {
    try {
      return store.link(repository.key(), digest);
    } catch (UncheckedIOException e) {
      if (FullDisk.isCause(e)) {
        return false;
      }
      throw e;
    }
  }

  /** On whose word a repository may serve what is here, or on its way, for another's sake. */
  private enum Lending {
    /** It has joined already. */
    UNNEEDED,
    /** A manifest's, or its upstream's. */
    OPEN,
    /** Its upstream's. */
    BY_UPSTREAM,
    /** Nobody's, or there is nothing to lend. */
    NONE
  }

  private Lending lending(
      UpstreamRepository repository, Digest digest, Optional<BlobFetch> running) {
    Optional<RepositoryKey> source = running.map(fetch -> fetch.source().key());
    if (source.filter(key -> !store.privateRepositories().contains(key)).isPresent()
        || store.catalog().isBlobOpen(digest)) {
      return Lending.OPEN;
    }
    Optional<RegistryName> upstream = repository.key().upstream();
    return source.flatMap(RepositoryKey::upstream).equals(upstream)
            || store.catalog().isBlobPrivate(digest, upstream.orElseThrow())
        ? Lending.BY_UPSTREAM
        : Lending.NONE;
  }

  private static Optional<Lookup<MirroredBlob>> whole(Blob blob, Source source) {
    return Optional.of(new Lookup.Found<>(new MirroredBlob.Whole(blob), source, Optional.empty()));
  }

  private Optional<Lookup<MirroredBlob>> fetch(UpstreamRepository repository, Digest digest) {
    Question question = new Question(repository.key(), digest);
    if (judge(repository, question) instanceof Verdict.Deny<Long>(String message)) {
      return Optional.of(new Lookup.Absent<>(message));
    }
    BlobFetch fetch =
        new BlobFetch(repository, digest, store, evictor, retries, lanes, clock, fetched);
    if (fetches.putIfAbsent(digest, fetch) != null) {
      return Optional.empty();
    }
    if (closed) {
      fetch.stop();
    }
    fetch.start(() -> fetches.remove(digest, fetch));
    return follow(repository, fetch);
  }

  private Optional<Lookup<MirroredBlob>> follow(UpstreamRepository repository, BlobFetch fetch) {
    fetch.progress().join(repository.key());
    return switch (fetch.progress().awaitLength()) {
      case State.Arriving(long length) -> following(fetch, length);
      case State.Unkept(long length) -> following(fetch, length);
      case State.Failed(var answer) when fetch.source().isAs(repository) -> {
        if (answer instanceof Lookup.Absent<MirroredBlob>(String message)) {
          recent.absent(new Question(repository.key(), fetch.digest()), message, clock.instant());
        }
        yield Optional.of(answer);
      }
      // It is in the store by now; or another repository's upstream failed, and this one's is
      // asked.
      case State.Committed _, State.Failed _, State.Asking _ -> Optional.empty();
    };
  }

  private static Optional<Lookup<MirroredBlob>> following(BlobFetch fetch, long length) {
    return Optional.of(
        new Lookup.Found<>(new Follower(fetch, length), Source.MISS, Optional.empty()));
  }

  /** The length of a blob; fetches nothing. */
  Lookup<Long> size(UpstreamRepository repository, Digest digest) {
    OptionalLong stored;
    try {
      stored = store.blobSize(repository.key(), digest);
    } catch (IOException e) {
      throw new UncheckedIOException("The blob %s can't be looked at".formatted(digest), e);
    }
    if (stored.isPresent()) {
      return found(stored.getAsLong(), Source.HIT);
    }
    return Optional.ofNullable(fetches.get(digest))
        .map(BlobFetch::progress)
        .filter(progress -> progress.hasJoined(repository.key()))
        .map(Progress::state)
        .filter(State.Arriving.class::isInstance)
        .map(State.Arriving.class::cast)
        .map(arriving -> found(arriving.length(), Source.MISS))
        .orElseGet(() -> ask(repository, digest));
  }

  /** Whether a repository may serve a blob that is here or on its way: then, its length. */
  private Lookup<Long> right(UpstreamRepository repository, Digest digest) {
    OptionalLong described = store.catalog().describedSize(repository.key(), digest);
    return described.isPresent()
        ? found(described.getAsLong(), Source.HIT)
        : ask(repository, digest);
  }

  private Lookup<Long> ask(UpstreamRepository repository, Digest digest) {
    Question question = new Question(repository.key(), digest);
    return flights.join(
        repository.asked(question),
        () ->
            switch (judge(repository, question)) {
              case Verdict.Serve<Long>(Long size) -> found(size, Source.HIT);
              case Verdict.Deny<Long>(String message) -> new Lookup.Absent<>(message);
              case Verdict.Ask<Long> _ -> ask(repository, question);
            });
  }

  private Lookup<Long> ask(UpstreamRepository repository, Question question) {
    Instant now = clock.instant();
    Answer<Long> answer = repository.registry().headBlob(repository.name(), question.digest());
    if (answer instanceof Answer.Found<Long>(Long size)) {
      recent.found(question, size, now);
      return found(size, Source.REVALIDATED);
    }
    if (answer instanceof Answer.Absent<Long>(String message)) {
      recent.absent(question, message, now);
    }
    return repository.answer(answer);
  }

  private Verdict<Long> judge(UpstreamRepository repository, Question question) {
    return repository.freshness().judge(recent.last(question), clock.instant());
  }

  private static Lookup<Long> found(long size, Source source) {
    return new Lookup.Found<>(size, source, Optional.empty());
  }

  /** The fetches in progress. */
  List<Fetch> fetches() {
    return fetches.values().stream().map(BlobFetch::describe).toList();
  }

  /** Ends the fetches; returns when the store isn't used by them any more. */
  @Override
  public void close() {
    closed = true;
    List<BlobFetch> running = List.copyOf(fetches.values());
    running.forEach(BlobFetch::stop);
    try {
      for (BlobFetch fetch : running) {
        fetch.awaitEnd();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
