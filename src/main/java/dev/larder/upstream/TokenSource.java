package dev.larder.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.larder.http.Headers;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The tokens of one upstream: asked for at the endpoint that a challenge names, kept until shortly
 * before they expire. However many wait for a token, it is asked for once, and nobody waits who
 * wants another one. Safe for use by many threads.
 *
 * @see <a href="https://distribution.github.io/distribution/spec/auth/token/">Token authentication
 *     of registries</a>
 * @see <a href="https://distribution.github.io/distribution/spec/auth/oauth/">its OAuth2 form</a>
 */
final class TokenSource {
  private static final int MAX_TOKENS = 4096;
  private static final int MAX_ANSWER = 1 << 20;
  private static final Duration DEFAULT_LIFETIME = Duration.ofSeconds(60);
  private static final Duration MAX_MARGIN = Duration.ofSeconds(30);
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * Which token.
   *
   * @param realm where it is asked for
   * @param service whom it is for, empty where the challenge doesn't say
   * @param scope what it is to allow, empty where the challenge doesn't say
   */
  record Key(String realm, String service, String scope) {}

  private record Token(String value, Instant expires) {}

  private final Question anything;
  private final boolean plainHttp;
  private final Redirects http;
  private final CredentialSource credentials;
  private final Clock clock;
  private final Cache<Key, CompletableFuture<Answer<Token>>> tokens =
      Caffeine.newBuilder().maximumSize(MAX_TOKENS).build();

  /**
   * @param plainHttp whether a token, and the credential for it, may be asked for without TLS
   */
  TokenSource(
      Question anything,
      boolean plainHttp,
      Redirects http,
      CredentialSource credentials,
      Clock clock) {
    this.anything = anything;
    this.plainHttp = plainHttp;
    this.http = http;
    this.credentials = credentials;
    this.clock = clock;
  }

  /** A token that is still good, as far as is known here. */
  Answer<Authorization> token(Key key) {
    CompletableFuture<Answer<Token>> mine = new CompletableFuture<>();
    while (true) {
      CompletableFuture<Answer<Token>> kept = tokens.asMap().putIfAbsent(key, mine);
      if (kept == null) {
        return fetch(key, mine);
      }
      boolean waited = !kept.isDone();
      Answer<Token> answer = kept.join();
      if (!(answer instanceof Answer.Found<Token>(Token token))) {
        return answer.withoutValue();
      }
      if (waited || clock.instant().isBefore(token.expires)) {
        return authorization(key, token, waited);
      }
      tokens.asMap().remove(key, kept);
    }
  }

  /** Forgets a token that was refused, unless another one has taken its place. */
  void drop(Key key, Authorization refused) {
    CompletableFuture<Answer<Token>> kept = tokens.getIfPresent(key);
    if (kept != null
        && kept.isDone()
        && kept.join() instanceof Answer.Found<Token>(Token token)
        && refused.value().equals(bearer(token))) {
      tokens.asMap().remove(key, kept);
    }
  }

  private Answer<Authorization> fetch(Key key, CompletableFuture<Answer<Token>> mine) {
    Answer<Token> answer = new Answer.Failed<>("the token was not asked for", Optional.empty());
    try {
      answer = ask(key);
    } finally {
      if (!(answer instanceof Answer.Found)) {
        tokens.asMap().remove(key, mine);
      }
      mine.complete(answer);
    }
    return answer instanceof Answer.Found<Token>(Token token)
        ? authorization(key, token, true)
        : answer.withoutValue();
  }

  private static Answer<Authorization> authorization(Key key, Token token, boolean fresh) {
    return new Answer.Found<>(new Authorization(bearer(token), Optional.of(key), fresh));
  }

  private static String bearer(Token token) {
    return "Bearer " + token.value;
  }

  private Answer<Token> ask(Key key) {
    Question question = anything.about("a token for " + key.scope);
    try {
      URI realm = realm(key);
      Instant asked = clock.instant();
      Optional<Credentials> credential = credentials.current();
      Exchange exchange = http.follow(request(realm, key, credential));
      if (credential.isPresent() && refused(exchange)) {
        Optional<Credentials> renewed = credentials.renew(credential.get());
        if (renewed.isPresent() && !renewed.equals(credential)) {
          exchange.drain();
          exchange = http.follow(request(realm, key, renewed));
        }
      }
      try (Exchange last = exchange) {
        if (last.status() == 200) {
          return new Answer.Found<>(parse(last.content(MAX_ANSWER), asked));
        }
        return refused(last)
            ? question.refused(
                last,
                credential.isPresent() ? Question.Shown.CREDENTIAL : Question.Shown.NOTHING,
                Optional.of(BearerChallenge.of(key)))
            : question.failed(last);
      }
    } catch (IOException e) {
      return question.failed(e);
    }
  }

  /** 400 is what some say of a credential that has expired. */
  private static boolean refused(Exchange exchange) {
    return exchange.status() == 400 || exchange.status() == 401 || exchange.status() == 403;
  }

  private URI realm(Key key) throws UpstreamException {
    return endpoint(key.realm, plainHttp)
        .orElseThrow(
            () ->
                new UpstreamException(
                    plainHttp
                        ? "its token endpoint is not a URL"
                        : "its token endpoint is not an https URL"));
  }

  /** Where a realm's tokens are asked for; empty if they may not be asked for there. */
  static Optional<URI> endpoint(String realm, boolean plainHttp) {
    try {
      return Optional.of(URI.create(realm))
          .filter(url -> plainHttp || "https".equals(url.getScheme()))
          .filter(url -> UpstreamSettings.isAddress(url) && url.getRawUserInfo() == null);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static OutgoingRequest request(URI realm, Key key, Optional<Credentials> credential) {
    StringBuilder form = new StringBuilder();
    if (!key.service.isEmpty()) {
      parameter(form, "service", key.service);
    }
    Headers headers = Headers.none().with("Accept", "application/json");
    if (credential.orElse(null) instanceof Credentials.IdentityToken(String identity)) {
      parameter(form, "grant_type", "refresh_token");
      parameter(form, "refresh_token", identity);
      parameter(form, "client_id", "larder");
      parameter(form, "scope", key.scope);
      return new OutgoingRequest(
          "POST", realm, headers, Optional.empty(), Optional.of(form.toString()));
    }
    for (String scope : key.scope.split(" ", -1)) {
      if (!scope.isEmpty()) {
        parameter(form, "scope", scope);
      }
    }
    String query = realm.getRawQuery() == null ? "" : realm.getRawQuery() + "&";
    String base = realm.toString().replaceFirst("[?#].*$", "");
    Optional<String> basic =
        credential.orElse(null) instanceof Credentials.Password password
            ? Optional.of(password.basic())
            : Optional.empty();
    return OutgoingRequest.of("GET", URI.create(base + "?" + query + form), headers)
        .authorized(basic);
  }

  private static void parameter(StringBuilder form, String name, String value) {
    form.append(form.isEmpty() ? "" : "&")
        .append(name)
        .append('=')
        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
  }

  private static Token parse(byte[] content, Instant asked) throws UpstreamException {
    JsonNode json;
    try {
      json = JSON.readTree(content);
    } catch (IOException e) {
      throw new UpstreamException("its token endpoint did not answer with JSON");
    }
    String token = json.path("token").asText(json.path("access_token").asText());
    if (token.isEmpty() || !token.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw new UpstreamException("its token endpoint answered without a token");
    }
    long seconds = json.path("expires_in").asLong();
    Duration lifetime =
        seconds > 0 ? Duration.ofSeconds(Math.min(seconds, 1L << 32)) : DEFAULT_LIFETIME;
    Duration tenth = lifetime.dividedBy(10);
    Duration margin = tenth.compareTo(MAX_MARGIN) < 0 ? tenth : MAX_MARGIN;
    return new Token(token, begin(json, asked, lifetime).plus(lifetime).minus(margin));
  }

  /**
   * When a token's life began. Its server may say so, having given the same token to others before;
   * but a clock that is far off would make every token look expired.
   */
  private static Instant begin(JsonNode json, Instant asked, Duration lifetime) {
    try {
      Instant issued = Instant.parse(json.path("issued_at").asText());
      return issued.isBefore(asked) && issued.isAfter(asked.minus(lifetime)) ? issued : asked;
    } catch (DateTimeParseException e) {
      return asked;
    }
  }
}
