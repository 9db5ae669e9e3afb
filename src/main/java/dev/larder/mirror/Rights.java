package dev.larder.mirror;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.larder.store.PrivateRepositories;
import dev.larder.store.RepositoryKey;
import dev.larder.upstream.Answer;
import dev.larder.upstream.ClientToken;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which mirrored repositories are private, and which clients' tokens their upstreams have let in:
 * learnt from what upstreams answer to whom. In memory there is a token's digest alone; bounded, so
 * that an upstream may be asked again early.
 */
final class Rights {
  /** For a token that doesn't say when it expires: what the specification takes it for. */
  private static final Duration UNTOLD_LIFETIME = Duration.ofSeconds(60);

  /** A token that lives longer is asked about again. */
  private static final Duration LONGEST = Duration.ofHours(1);

  /** How long an upstream counts as one that doesn't give a private repository to everybody. */
  private static final Duration CLOSED_FOR = Duration.ofMinutes(5);

  private static final int MAX_ADMITTED = 10_000;
  private static final long REFUSALS_MEMORY = 4 << 20;

  /** About what an entry takes beside its texts, in bytes. */
  private static final int OVERHEAD = 600;

  private record Right(String token, RepositoryKey repository) {}

  private record Question(Optional<String> asker, RepositoryKey repository, String subject) {}

  private record Refusal(Answer.Refused<?> answer, Instant at) {
    int bytes() {
      return OVERHEAD
          + answer.message().length()
          + answer.challenge().map(challenge -> challenge.value().length()).orElse(0);
    }
  }

  private final PrivateRepositories repositories;
  private final InstantSource clock;

  /** Until when a token counts as one that its upstream lets in. */
  private final Cache<Right, Instant> admitted =
      Caffeine.newBuilder().maximumSize(MAX_ADMITTED).build();

  private final Cache<Question, Refusal> refusals =
      Caffeine.newBuilder()
          .maximumWeight(REFUSALS_MEMORY)
          .<Question, Refusal>weigher(
              (question, refusal) -> question.subject().length() + refusal.bytes())
          .build();

  /** What Larder itself was refused last, whatever it was. */
  private final Cache<RepositoryKey, Refusal> closed =
      Caffeine.newBuilder()
          .maximumWeight(REFUSALS_MEMORY)
          .<RepositoryKey, Refusal>weigher((repository, refusal) -> refusal.bytes())
          .build();

  Rights(PrivateRepositories repositories, InstantSource clock) {
    this.repositories = repositories;
    this.clock = clock;
  }

  /** Whether what is here of a repository isn't everybody's. Never blocks. */
  boolean isPrivate(RepositoryKey repository) {
    return repositories.contains(repository);
  }

  /**
   * Whether the upstream has let that token into the repository, and it hasn't expired since. Never
   * blocks.
   */
  boolean mayRead(ClientToken token, RepositoryKey repository) {
    Instant until = admitted.getIfPresent(new Right(token.id(), repository));
    return until != null && clock.instant().isBefore(until);
  }

  /** What the same asker was refused lately, where a token might have helped. */
  Optional<Answer.Refused<?>> refused(UpstreamRepository asked, String subject) {
    return counting(
        refusals.getIfPresent(new Question(asked.asker(), asked.key(), subject)),
        asked.freshness().absentFor());
  }

  /** What Larder itself was refused lately in a private repository, whatever it was. */
  Optional<Answer.Refused<?>> closed(RepositoryKey repository) {
    return counting(closed.getIfPresent(repository), CLOSED_FOR);
  }

  private Optional<Answer.Refused<?>> counting(@Nullable Refusal refusal, Duration window) {
    return refusal != null && Freshness.within(window, refusal.at(), clock.instant())
        ? Optional.of(refusal.answer())
        : Optional.empty();
  }

  /**
   * The upstream has let a token in: the repository is private, before anything of it is kept that
   * came so.
   */
  void admit(ClientToken token, RepositoryKey repository) {
    repositories.add(repository);
    Instant now = clock.instant();
    Instant expires = token.expires().orElseGet(() -> now.plus(UNTOLD_LIFETIME));
    Instant latest = now.plus(LONGEST);
    admitted.put(new Right(token.id(), repository), expires.isBefore(latest) ? expires : latest);
  }

  /** The upstream gives what was private to Larder itself, and so to everybody. */
  void open(RepositoryKey repository) {
    repositories.remove(repository);
    closed.invalidate(repository);
  }

  /** The upstream has refused something, and said how a token may help. */
  void refuse(UpstreamRepository asked, String subject, Answer.Refused<?> answer) {
    Refusal refusal = new Refusal(answer, clock.instant());
    refusals.put(new Question(asked.asker(), asked.key(), subject), refusal);
    if (asked.asker().isPresent()) {
      admitted.invalidate(new Right(asked.asker().get(), asked.key()));
    } else {
      closed.put(asked.key(), refusal);
    }
  }
}
