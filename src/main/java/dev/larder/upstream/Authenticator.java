package dev.larder.upstream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.larder.oci.RepositoryName;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Finds what lets us into an upstream: learns from its challenges, and then knows beforehand. Basic
 * is sent only after it was asked for. Safe for use by many threads.
 */
final class Authenticator {
  private static final int MAX_REPOSITORIES = 4096;

  private final Question anything;
  private final TokenSource tokens;
  private final CredentialSource credentials;
  private final Cache<RepositoryName, TokenSource.Key> learned =
      Caffeine.newBuilder().maximumSize(MAX_REPOSITORIES).build();
  private volatile boolean basic;

  Authenticator(Question anything, TokenSource tokens, CredentialSource credentials) {
    this.anything = anything;
    this.tokens = tokens;
    this.credentials = credentials;
  }

  /** What to send at once; empty if nothing was asked for before. */
  Answer<Optional<Authorization>> known(RepositoryName repository) {
    TokenSource.Key key = learned.getIfPresent(repository);
    if (key != null) {
      return some(tokens.token(key));
    }
    return basic ? basic(Optional.empty(), false) : new Answer.Found<>(Optional.empty());
  }

  /** Where tokens for a repository are to be had, if they were ever asked for. */
  Optional<BearerChallenge> challenge(RepositoryName repository) {
    return Optional.ofNullable(learned.getIfPresent(repository)).map(BearerChallenge::of);
  }

  /**
   * What to send after a refusal; empty if we have nothing better.
   *
   * @param challenges what the upstream asks for; empty if it doesn't say
   * @param refused what it has refused; empty if nothing was sent
   */
  Answer<Optional<Authorization>> after(
      RepositoryName repository, List<Challenge> challenges, Optional<Authorization> refused) {
    refused.ifPresent(old -> old.token().ifPresent(key -> tokens.drop(key, old)));
    Optional<TokenSource.Key> wanted =
        challenges.stream()
            .filter(challenge -> challenge.scheme().equals("bearer"))
            .filter(challenge -> challenge.parameter("realm").isPresent())
            .findFirst()
            .map(challenge -> key(repository, challenge))
            .or(() -> refused.flatMap(Authorization::token));
    if (wanted.isPresent()) {
      learned.put(repository, wanted.get());
      return some(tokens.token(wanted.get()));
    }
    boolean basicWanted =
        challenges.stream().anyMatch(challenge -> challenge.scheme().equals("basic"));
    if (basicWanted || refused.isPresent()) {
      return basic(refused, true);
    }
    return new Answer.Found<>(Optional.empty());
  }

  private static TokenSource.Key key(RepositoryName repository, Challenge challenge) {
    return new TokenSource.Key(
        challenge.parameter("realm").orElseThrow(),
        challenge.parameter("service").orElse(""),
        challenge.parameter("scope").orElse("repository:%s:pull".formatted(repository)));
  }

  private Answer<Optional<Authorization>> basic(Optional<Authorization> refused, boolean fresh) {
    try {
      Optional<Credentials> current = credentials.current();
      if (current.isPresent() && refused.map(Authorization::value).equals(value(current))) {
        current = credentials.renew(current.get());
      }
      Optional<String> value = value(current);
      basic = value.isPresent();
      return new Answer.Found<>(
          value
              .filter(better -> !refused.map(Authorization::value).equals(Optional.of(better)))
              .map(better -> new Authorization(better, Optional.empty(), fresh)));
    } catch (IOException e) {
      return anything.failed(e);
    }
  }

  private static Optional<String> value(Optional<Credentials> credential) {
    return credential.orElse(null) instanceof Credentials.Password password
        ? Optional.of(password.basic())
        : Optional.empty();
  }

  private static Answer<Optional<Authorization>> some(Answer<Authorization> answer) {
    return answer instanceof Answer.Found<Authorization>(Authorization authorization)
        ? new Answer.Found<>(Optional.of(authorization))
        : answer.withoutValue();
  }
}
