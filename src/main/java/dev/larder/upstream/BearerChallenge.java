package dev.larder.upstream;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where an upstream says that a token for it is to be had. Its values are the upstream's own, to be
 * passed on as they are.
 *
 * @param realm the URL of the token endpoint
 * @param service whom the token is for
 * @param scope what it is to allow
 * @param error why the token that came wasn't taken; empty if none came
 * @see <a href="https://distribution.github.io/distribution/spec/auth/token/">Token authentication
 *     of registries</a>
 */
public record BearerChallenge(
    String realm, Optional<String> service, Optional<String> scope, Optional<String> error) {
  /** Longer ones are nobody's: they would only fill memory and heads. */
  private static final int MAX_LENGTH = 4 << 10;

  /** By RFC 6750, section 3.1: what is said of a token where the upstream says nothing. */
  private static final String NOT_TAKEN = "invalid_token";

  /** The challenge to who sent no token; empty if there is none that a client could use. */
  static Optional<BearerChallenge> of(List<Challenge> challenges, boolean plainHttp) {
    return challenges.stream()
        .filter(challenge -> challenge.scheme().equals("bearer"))
        .findFirst()
        .flatMap(
            bearer ->
                bearer
                    .parameter("realm")
                    .map(
                        realm ->
                            new BearerChallenge(
                                realm,
                                bearer.parameter("service"),
                                bearer.parameter("scope"),
                                bearer.parameter("error"))))
        .filter(challenge -> challenge.isUsable(plainHttp));
  }

  /** The same for a token that is known by its key. */
  static BearerChallenge of(TokenSource.Key key) {
    return new BearerChallenge(
        key.realm(),
        Optional.of(key.service()).filter(service -> !service.isEmpty()),
        Optional.of(key.scope()).filter(scope -> !scope.isEmpty()),
        Optional.empty());
  }

  private boolean isUsable(boolean plainHttp) {
    String value = value();
    return TokenSource.endpoint(realm, plainHttp).isPresent()
        && value.length() <= MAX_LENGTH
        && value.chars().allMatch(c -> c >= ' ' && c <= '~');
  }

  /** The same to who sent no token. */
  BearerChallenge toNoToken() {
    return new BearerChallenge(realm, service, scope, Optional.empty());
  }

  /** The same to who sent a token. By the error clients know that another try is of no use. */
  BearerChallenge toToken() {
    return new BearerChallenge(
        realm, service, scope, Optional.of(error.orElse(NOT_TAKEN).toLowerCase(Locale.ROOT)));
  }

  /** The value of a {@code WWW-Authenticate} field. */
  public String value() {
    StringBuilder value = new StringBuilder("Bearer ");
    append(value, "realm", realm);
    service.ifPresent(text -> append(value.append(','), "service", text));
    scope.ifPresent(text -> append(value.append(','), "scope", text));
    error.ifPresent(text -> append(value.append(','), "error", text));
    return value.toString();
  }

  private static void append(StringBuilder to, String name, String value) {
    to.append(name)
        .append("=\"")
        .append(value.replace("\\", "\\\\").replace("\"", "\\\""))
        .append('"');
  }
}
