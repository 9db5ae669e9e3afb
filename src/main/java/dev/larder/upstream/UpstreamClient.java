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

  UpstreamClient(
      URI url,
      Redirects http,
      Authenticator authenticator,
      CredentialSource credentials,
      RateLimitWatch limits) {
    this.base = url.toString().replaceFirst("/+$", "") + "/v2/";
    this.http = http;
    this.authenticator = authenticator;
    this.credentials = credentials;
    this.limits = limits;
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
      Answer<Exchange> answer = authenticated(repository, request);
      if (!(answer instanceof Answer.Found<Exchange>(Exchange exchange))
          || wanted.contains(exchange.status())) {
        return answer;
      }
      try (exchange) {
        boolean refused = exchange.status() == 401 || exchange.status() == 403;
        return question.unwanted(exchange, refused && credentials.current().isPresent());
      }
    } catch (IOException e) {
      return question.failed(e);
    }
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
