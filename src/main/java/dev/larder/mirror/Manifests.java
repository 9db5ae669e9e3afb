package dev.larder.mirror;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.larder.mirror.Freshness.Verdict;
import dev.larder.mirror.UpstreamRepository.Asked;
import dev.larder.oci.Digest;
import dev.larder.oci.InvalidManifestException;
import dev.larder.oci.Manifest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.Reference;
import dev.larder.oci.Tag;
import dev.larder.store.Eviction;
import dev.larder.store.LastAnswer;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.store.StoredManifest;
import dev.larder.upstream.Answer;
import dev.larder.upstream.ManifestHead;
import dev.larder.upstream.UpstreamManifest;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The manifests of mirrored repositories. What a digest names never changes, so a manifest that is
 * here is served whatever its upstream says. What a tag names is the upstream's to say: it is asked
 * once in a freshness window, by all who want to know together.
 *
 * <ul>
 *   <li>The upstream <em>can't answer</em>: the last good answer is served, and called stale, until
 *       that is too old.
 *   <li>It <em>isn't to be asked</em>, since Larder is offline: the same, however old that is.
 *   <li>It says that a tag is <em>gone</em>: so it is here. What it named stays, by its digest.
 *   <li>It <em>refuses</em> a tag: so do we. The repository may have become private, or our
 *       credential may have been withdrawn; who isn't to learn what the tag names now isn't to
 *       learn it from us either.
 * </ul>
 */
final class Manifests {
  private static final Logger LOG = LoggerFactory.getLogger(Manifests.class);
  private static final long MEMORY = 16 << 20;
  private static final long RECENT_MEMORY = 8 << 20;

  private record Question(RepositoryKey repository, Reference reference) {}

  private final Store store;
  private final InstantSource clock;
  private final Consumer<Fetched> fetched;
  private final SingleFlight<Asked<Question>, Lookup<StoredManifest>> flights =
      new SingleFlight<>();
  private final SingleFlight<Asked<Question>, Lookup<StoredManifest>> refreshes =
      new SingleFlight<>();

  private final Aside aside;

  /** Manifests that were served, by digest. */
  private final Cache<Question, StoredManifest> memory =
      Caffeine.newBuilder()
          .maximumWeight(MEMORY)
          .<Question, StoredManifest>weigher((key, manifest) -> 400 + manifest.content().length)
          .build();

  /** How many evictions there have been. */
  private final AtomicLong evictions = new AtomicLong();

  /** What tags name, and which references are absent. */
  private final Recent<Question, Digest> recent = new Recent<>(RECENT_MEMORY, digest -> 100);

  /**
   * @param aside checks tags that nobody waits for; stays open
   */
  Manifests(Store store, InstantSource clock, Aside aside, Consumer<Fetched> fetched) {
    this.store = store;
    this.clock = clock;
    this.aside = aside;
    this.fetched = fetched;
  }

  Lookup<StoredManifest> manifest(UpstreamRepository repository, Reference reference) {
    Optional<Lookup.Found<StoredManifest>> ready = ready(repository, reference);
    if (ready.isPresent()) {
      return ready.get();
    }
    Question question = new Question(repository.key(), reference);
    return flights.join(repository.asked(question), () -> answer(repository, question));
  }

  /** The same; what a tag names is the upstream's present word, however fresh its last one is. */
  Lookup<StoredManifest> refreshed(UpstreamRepository repository, Reference reference) {
    if (!(reference instanceof Tag tag)) {
      return manifest(repository, reference);
    }
    Question question = new Question(repository.key(), tag);
    return refreshes.join(repository.asked(question), () -> check(repository, question, tag));
  }

  /** The answer if it is in memory and fresh. Never blocks. */
  Optional<Lookup.Found<StoredManifest>> ready(UpstreamRepository repository, Reference reference) {
    Question question = new Question(repository.key(), reference);
    Optional<Digest> digest =
        switch (reference) {
          case Digest given -> Optional.of(given);
          case Tag tag ->
              judge(repository, question) instanceof Verdict.Serve<Digest>(Digest named)
                  ? Optional.of(named)
                  : Optional.empty();
        };
    return digest
        .map(named -> memory.getIfPresent(new Question(repository.key(), named)))
        .map(manifest -> found(manifest, Source.HIT));
  }

  private Verdict<Digest> judge(UpstreamRepository repository, Question question) {
    return repository.freshness().judge(recent.last(question), clock.instant());
  }

  private Lookup<StoredManifest> answer(UpstreamRepository repository, Question question) {
    return switch (question.reference()) {
      case Digest digest ->
          held(repository, digest)
              .<Lookup<StoredManifest>>map(manifest -> found(manifest, Source.HIT))
              .orElseGet(
                  () ->
                      switch (judge(repository, question)) {
                        case Verdict.Deny<Digest>(String message) -> new Lookup.Absent<>(message);
                        default -> get(repository, question, Optional.empty());
                      });
      case Tag tag ->
          switch (judge(repository, question)) {
            case Verdict.Serve<Digest>(Digest digest) -> manifest(repository, digest);
            case Verdict.Deny<Digest>(String message) -> new Lookup.Absent<>(message);
            case Verdict.Ask<Digest> _ ->
                repository.registry().mayLetWait()
                    ? checkAside(repository, question, tag)
                    : check(repository, question, tag);
          };
    };
  }

  /**
   * Lets nobody wait who can be given an earlier answer: whether the upstream is back, others see.
   */
  private Lookup<StoredManifest> checkAside(
      UpstreamRepository repository, Question question, Tag tag) {
    Lookup<StoredManifest> stale =
        repository.stale(
            lastGood(repository, tag),
            new Lookup.Unavailable<>(
                "%s didn't answer, and is being asked again"
                    .formatted(repository.key().upstream().orElseThrow()),
                Optional.empty()),
            clock.instant());
    if (!(stale instanceof Lookup.Found)) {
      return check(repository, question, tag);
    }
    aside.begin(
        "checking %s:%s".formatted(repository.key(), tag), () -> refreshed(repository, tag));
    return stale;
  }

  /** Asks which manifest a tag names now, and gets that one unless it is here. */
  private Lookup<StoredManifest> check(UpstreamRepository repository, Question question, Tag tag) {
    Instant now = clock.instant();
    Answer<ManifestHead> head = repository.registry().headManifest(repository.name(), tag);
    if (!(head instanceof Answer.Found<ManifestHead>(ManifestHead(Optional<Digest> digest)))) {
      return withoutManifest(repository, question, repository.answer(head), now);
    }
    if (digest.isEmpty()) {
      return get(repository, question, Optional.of(tag));
    }
    return switch (manifest(repository, digest.get())) {
      case Lookup.Found<StoredManifest> found -> {
        if (store.catalog().tag(repository.key(), tag).equals(digest)) {
          confirm(repository, tag);
        } else {
          put(repository, found.value(), Optional.of(tag));
        }
        recent.found(question, digest.get(), now);
        yield found.source() == Source.HIT ? found(found.value(), Source.REVALIDATED) : found;
      }
      // It has moved in between, or the upstream's HEAD and GET don't agree: GET is what counts.
      case Lookup.Absent<StoredManifest> _ -> get(repository, question, Optional.of(tag));
      case Lookup<StoredManifest> other -> withoutManifest(repository, question, other, now);
    };
  }

  private Lookup<StoredManifest> get(
      UpstreamRepository repository, Question question, Optional<Tag> tag) {
    Instant now = clock.instant();
    Answer<UpstreamManifest> answer =
        repository.registry().manifest(repository.name(), question.reference());
    if (!(answer instanceof Answer.Found<UpstreamManifest>(UpstreamManifest came))) {
      Lookup<StoredManifest> none = repository.answer(answer);
      none.unavailability()
          .ifPresent(why -> tell(question, now, Optional.empty(), Optional.of(why)));
      return withoutManifest(repository, question, none, now);
    }
    StoredManifest manifest = new StoredManifest(came.digest(), came.mediaType(), came.content());
    long before = evictions.get();
    boolean kept = put(repository, manifest, tag);
    tell(question, now, Optional.of(manifest), Optional.empty());
    if (kept) {
      remember(repository, manifest, before);
    }
    if (tag.isPresent()) {
      recent.found(question, manifest.digest(), now);
    }
    return found(manifest, Source.MISS);
  }

  private void tell(
      Question question,
      Instant begun,
      Optional<StoredManifest> manifest,
      Optional<String> failure) {
    Instant now = clock.instant();
    fetched.accept(
        new Fetched(
            now,
            question.repository(),
            question.reference(),
            manifest.map(StoredManifest::digest),
            manifest.map(StoredManifest::mediaType),
            false,
            manifest.map(came -> (long) came.content().length).orElse(0L),
            Duration.between(begun, now),
            failure));
  }

  /** What to answer where the upstream didn't give the manifest. */
  private Lookup<StoredManifest> withoutManifest(
      UpstreamRepository repository,
      Question question,
      Lookup<StoredManifest> answer,
      Instant asked) {
    return switch (answer) {
      case Lookup.Absent<StoredManifest>(String message) -> {
        if (question.reference() instanceof Tag tag) {
          repository.keep(() -> store.catalog().deleteTag(repository.key(), tag));
        }
        recent.absent(question, message, asked);
        yield answer;
      }
      case Lookup.Unavailable<StoredManifest> _, Lookup.NotAsked<StoredManifest> _ ->
          repository.stale(lastGood(repository, question.reference()), answer, clock.instant());
      case Lookup.Refused<StoredManifest> _, Lookup.Found<StoredManifest> _ -> answer;
    };
  }

  private Optional<LastAnswer<StoredManifest>> lastGood(
      UpstreamRepository repository, Reference reference) {
    return switch (reference) {
      case Digest _ -> Optional.empty(); // the upstream is asked only for those not here
      case Tag tag ->
          store
              .catalog()
              .lastAnswer(repository.key(), tag)
              .flatMap(
                  last ->
                      held(repository, last.value())
                          .map(manifest -> new LastAnswer<>(manifest, last.at())));
    };
  }

  /** Where that can't be noted, for want of room for one, the answer is as good. */
  private void confirm(UpstreamRepository repository, Tag tag) {
    try {
      store.catalog().confirm(repository.key(), tag);
    } catch (UncheckedIOException e) {
      LOG.warn("that {}:{} was checked can't be noted: {}", repository.key(), tag, e.getMessage());
    }
  }

  /** A manifest of the repository that is here already. */
  private Optional<StoredManifest> held(UpstreamRepository repository, Digest digest) {
    long before = evictions.get();
    Optional<StoredManifest> manifest = store.catalog().manifest(repository.key(), digest);
    manifest.ifPresent(present -> remember(repository, present, before));
    return manifest;
  }

  /**
   * Has it served from memory, unless it may have been evicted meanwhile.
   *
   * @param before how many evictions there had been before it was known to be in the store
   */
  private void remember(UpstreamRepository repository, StoredManifest manifest, long before) {
    Question question = new Question(repository.key(), manifest.digest());
    memory.put(question, manifest);
    if (evictions.get() != before) {
      memory.invalidate(question);
    }
  }

  /**
   * What isn't in the store isn't served from memory either: its blobs aren't here, and while its
   * upstream can't be asked, nobody could pull it whole.
   */
  void evicted(Eviction eviction) {
    RepositoryKey repository = eviction.content().repository();
    evictions.incrementAndGet();
    memory.invalidate(new Question(repository, eviction.content().digest()));
    eviction.tags().forEach(tag -> recent.forget(new Question(repository, tag)));
  }

  /** Keeps a manifest; it is served in any case. Whether there was room for it. */
  private boolean put(UpstreamRepository repository, StoredManifest manifest, Optional<Tag> tag) {
    return repository.keep(
        () -> store.putManifest(repository.key(), manifest, parse(repository, manifest), tag));
  }

  /**
   * What it says; nothing where it is of a kind that we can't read, which is served all the same.
   */
  private static Optional<Manifest> parse(UpstreamRepository repository, StoredManifest manifest) {
    try {
      return Optional.of(ManifestReader.read(manifest.mediaType(), manifest.content()));
    } catch (InvalidManifestException e) {
      LOG.info(
          "the manifest {} of {} isn't understood: {}",
          manifest.digest(),
          repository.key(),
          e.getMessage());
      return Optional.empty();
    }
  }

  private static Lookup.Found<StoredManifest> found(StoredManifest manifest, Source source) {
    return new Lookup.Found<>(manifest, source, Optional.empty());
  }
}
