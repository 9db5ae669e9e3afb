package dev.larder.upstream;

import dev.larder.http.Headers;
import dev.larder.oci.RepositoryName;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Asks one upstream, with whatever it takes to be let in. Safe for use by many threads. */
final class UpstreamClient {
  /** Without a token, with one that turns out to be outdated, with a new one. */
  private static final int MAX_ATTEMPTS = 3;

  private final String base;
  private final Redirects http;
  private final Authenticator authenticator;
  private final CredentialSource credentials;
  private final RateLimitWatch limits;
  private final Optional<ClientToken> token;

  UpstreamClient(
      URI url,
      Redirects http,
      Authenticator authenticator,
      CredentialSource credentials,
      RateLimitWatch limits) {
    this(
        url.toString().replaceFirst("/+$", "") + "/v2/",
        http,
        authenticator,
        credentials,
        limits,
        Optional.empty());
  }

  private UpstreamClient(
      String base,
      Redirects http,
      Authenticator authenticator,
      CredentialSource credentials,
      RateLimitWatch limits,
      Optional<ClientToken> token) {
    this.base = base;
    this.http = http;
    this.authenticator = authenticator;
    this.credentials = credentials;
    this.limits = limits;
    this.token = token;
  }

  /** The same, which asks with a client's token and nothing of our own. */
  UpstreamClient onBehalfOf(ClientToken client) {
    return new UpstreamClient(base, http, authenticator, credentials, limits, Optional.of(client));
  }

  /**
   * Asks for something in a repository.
   *
   * @param path what follows the repository's name
   * @param wanted the statuses that are found; all others are said in words
   */
  Answer<Exchange> ask(
      Question question,
      String method,
      RepositoryName repository,
      String path,
      Headers headers,
      Set<Integer> wanted) {
    OutgoingRequest request =
        OutgoingRequest.of(method, URI.create(base + repository + "/" + path), headers);
    try {
      Answer<Exchange> answer =
          token.isPresent()
              ? new Answer.Found<>(
                  http.follow(request.authorized(token.map(ClientToken::authorization))))
              : authenticated(repository, request);
      if (!(answer instanceof Answer.Found<Exchange>(Exchange exchange))
          || wanted.contains(exchange.status())) {
        return answer;
      }
      try (exchange) {
        boolean refused = exchange.status() == 401 || exchange.status() == 403;
        return refused
            ? question.unwanted(exchange, shown(), challenge(repository, exchange))
            : question.unwanted(exchange, Question.Shown.NOTHING, Optional.empty());
      }
    } catch (IOException e) {
      return question.failed(e);
    }
  }

  /**
   * Asks for a part of a blob where this upstream has sent us for it before. No credential goes
   * there.
   *
   * @param wanted the statuses that are found; all others are said in words
   */
  Answer<Exchange> askThere(
      Question question, BlobLocation location, Headers headers, Set<Integer> wanted) {
    try {
      Exchange exchange = http.follow(OutgoingRequest.of("GET", location.uri(), headers));
      if (wanted.contains(exchange.status())) {
        return new Answer.Found<>(exchange);
      }
      try (exchange) {
        return question.failed(exchange);
      }
    } catch (IOException e) {
      return question.failed(e);
    }
  }

  /** Where an answer came from, if that isn't this upstream itself. */
  Optional<BlobLocation> location(Exchange exchange) {
    return Redirects.sameOrigin(URI.create(base), exchange.uri())
        ? Optional.empty()
        : Optional.of(new BlobLocation(exchange.uri()));
  }

  private Question.Shown shown() throws IOException {
    if (token.isPresent()) {
      return Question.Shown.CLIENTS_TOKEN;
    }
    return credentials.current().isPresent() ? Question.Shown.CREDENTIAL : Question.Shown.NOTHING;
  }

  /**
   * Where the client may get a better token than ours, or than the one that it has. Some answer 403
   * to nobody's token: then it is known from before.
   */
  private Optional<BearerChallenge> challenge(RepositoryName repository, Exchange exchange) {
    Optional<BearerChallenge> challenge =
        BearerChallenge.of(
            Challenge.parse(exchange.headers("WWW-Authenticate")), base.startsWith("http:"));
    return token.isPresent()
        ? challenge.map(BearerChallenge::toToken)
        : challenge.map(BearerChallenge::toNoToken).or(() -> authenticator.challenge(repository));
  }

  private Answer<Exchange> authenticated(RepositoryName repository, OutgoingRequest request)
      throws IOException {
    Answer<Optional<Authorization>> authorization = authenticator.known(repository);
    for (int attempt = 1; ; attempt++) {
      if (!(authorization
          instanceof Answer.Found<Optional<Authorization>>(Optional<Authorization> sent))) {
        return authorization.withoutValue();
      }
      Exchange exchange = http.follow(request.authorized(sent.map(Authorization::value)));
      limits.saw(exchange);
      if (attempt == MAX_ATTEMPTS || !mayHelp(exchange, request.uri(), sent)) {
        return new Answer.Found<>(exchange);
      }
      List<Challenge> challenges = Challenge.parse(exchange.headers("WWW-Authenticate"));
      authorization = authenticator.after(repository, challenges, sent);
      if (authorization instanceof Answer.Found<Optional<Authorization>>(var better)
          && better.isEmpty()) {
        return new Answer.Found<>(exchange);
      }
      exchange.drain();
    }
  }

  /** Whether another authorization may do better: 400 and 403 are what some say of an old one. */
  private static boolean mayHelp(Exchange exchange, URI asked, Optional<Authorization> sent) {
    if (!Redirects.sameOrigin(asked, exchange.uri())
        || sent.map(Authorization::fresh).orElse(false)) {
      return false;
    }
    return switch (exchange.status()) {
      case 401 -> true;
      case 400, 403 -> sent.isPresent();
      default -> false;
    };
  }
}
