package dev.larder.mirror;

import dev.larder.oci.Digest;
import dev.larder.oci.RepositoryName;
import dev.larder.store.FullDisk;
import dev.larder.store.LastAnswer;
import dev.larder.store.RepositoryKey;
import dev.larder.upstream.Answer;
import dev.larder.upstream.ClientToken;
import dev.larder.upstream.UpstreamRegistry;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The repository that a mirror stands for.
 *
 * @param key what it is called in the store
 * @param registry where to ask
 * @param freshness how long its answers count
 * @param asker the {@linkplain ClientToken#id id} of the token on whose behalf it is asked; empty
 *     where Larder asks for itself
 */
record UpstreamRepository(
    RepositoryKey key, UpstreamRegistry registry, Freshness freshness, Optional<String> asker) {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamRepository.class);

  /** A question that is shared by those alone who have the same right to its answer. */
  record Asked<Q>(Q question, Optional<String> asker) {}

  /** A question by who asks now. */
  <Q> Asked<Q> asked(Q question) {
    return new Asked<>(question, asker);
  }

  /** Whether that is the same repository, asked with the same right. */
  boolean isAs(UpstreamRepository other) {
    return key.equals(other.key) && asker.equals(other.asker);
  }

  /** What it is called there. */
  RepositoryName name() {
    return key.name();
  }

  /** What a blob of it is called in sentences. */
  String blob(Digest digest) {
    return "blob %s of %s".formatted(digest, key);
  }

  /** What to answer where the upstream gave no value. A failure is logged. */
  <T> Lookup<T> answer(Answer<?> answer) {
    if (answer instanceof Answer.Failed<?> failed) {
      LOG.warn("{}", failed.message());
    }
    return lookup(answer);
  }

  /** What to answer where the upstream doesn't do what it promised; logged. */
  <T> Lookup<T> failure(String message) {
    LOG.warn("{}", message);
    return new Lookup.Unavailable<>(message, Optional.empty());
  }

  /** What an answer means that has no value. */
  static <T> Lookup<T> lookup(Answer<?> answer) {
    return switch (answer) {
      case Answer.Found<?> found -> throw new IllegalArgumentException("a value: " + found);
      case Answer.Absent<?> absent -> new Lookup.Absent<>(absent.message());
      case Answer.Refused<?> refused ->
          new Lookup.Refused<>(refused.message(), refused.challenge());
      case Answer.Failed<?> failed ->
          new Lookup.Unavailable<>(failed.message(), failed.retryAfter());
      case Answer.NotAsked<?> notAsked -> new Lookup.NotAsked<>(notAsked.message());
    };
  }

  /** Changes what the catalog has of it; false, which is logged, if there is no room for that. */
  boolean keep(Runnable change) {
    try {
      change.run();
      return true;
    } catch (UncheckedIOException e) {
      if (!FullDisk.isCause(e)) {
        throw e;
      }
      LOG.warn("what {} says now isn't kept: {}", key, e.getMessage());
      return false;
    }
  }

  /**
   * The last good answer where the upstream gives none, unless that is too old.
   *
   * @param last the last good answer, if there is one
   * @param none what the upstream's silence means without it
   */
  <T> Lookup<T> stale(Optional<LastAnswer<T>> last, Lookup<T> none, Instant now) {
    return switch (none) {
      case Lookup.NotAsked<T>(String reason) when last.isPresent() -> stale(last.get(), reason);
      case Lookup.Unavailable<T>(String reason, var retryAfter) when last.isPresent() ->
          freshness.mayBeGivenAgain(last.get().at(), now)
              ? stale(last.get(), reason)
              : new Lookup.Unavailable<>(
                  "%s; what it said at %s is older than stale-for allows"
                      .formatted(reason, seconds(last.get().at())),
                  retryAfter);
      default -> none;
    };
  }

  private static <T> Lookup<T> stale(LastAnswer<T> last, String reason) {
    return new Lookup.Found<>(
        last.value(),
        Source.STALE,
        Optional.of(
            "%s; what is served is the answer of %s, which may be old"
                .formatted(reason, seconds(last.at()))));
  }

  private static Instant seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS);
  }
}
