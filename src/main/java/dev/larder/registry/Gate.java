package dev.larder.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.http.Request;
import dev.larder.http.Response;
import dev.larder.oci.ErrorCode;
import dev.larder.registry.access.AccessControl;
import dev.larder.registry.access.Action;
import dev.larder.registry.access.Authentication;
import dev.larder.registry.access.Decision;
import dev.larder.registry.access.LoginToken;
import dev.larder.registry.access.TokenSettings;
import dev.larder.store.RepositoryKey;
import dev.larder.upstream.ClientToken;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lets requests pass or answers them, as {@link AccessControl} decides.
 *
 * <p>Many clients (the Docker Engine, Podman, crane) decide by the answer to {@code /v2/} alone
 * whether they send credentials at all. So that is challenged as soon as somebody can log in, also
 * where everybody may pull; and with a challenge that a client without credentials can meet: it
 * gets a token for the asking.
 *
 * @see <a href="https://distribution.github.io/distribution/spec/auth/token/">Distribution, token
 *     authentication</a>
 */
final class Gate {
  private static final String SERVICE = "larder";
  private static final String BASIC = "Basic realm=\"Larder\", charset=\"UTF-8\"";

  /** What may stand in a URL's place for host and port; anything else could end a header early. */
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9._-]+(:[0-9]{1,5})?|\\[[0-9A-Fa-f:.]+\\](:[0-9]{1,5})?");

  private final AccessControl access;

  Gate(AccessControl access) {
    this.access = access;
  }

  /** Who sends a request. */
  Sender sender(Request request) {
    return new Sender(request, access);
  }

  /** Whether everybody may do that; never blocks. */
  boolean isOpenFor(Action action, RepositoryKey repository) {
    return access.anybodyMay(action, repository);
  }

  /** Whether everybody may pull from all that a request means; never blocks. */
  boolean isOpenForPulls(Namespaces.Meaning meaning) {
    return isOpenFor(Action.PULL, meaning.first())
        && meaning.others().stream().allMatch(other -> isOpenFor(Action.PULL, other));
  }

  /** The token that who sends the request has of an upstream: one that isn't for us. */
  Optional<ClientToken> upstreamsToken(Request request) {
    return request
        .header("Authorization")
        .filter(authorization -> !access.isForUs(authorization))
        .flatMap(ClientToken::parse);
  }

  /**
   * Lets those pass who may do that.
   *
   * @throws RegistryException with the answer for who may not
   */
  void require(Sender sender, Action action, RepositoryKey repository) {
    Request request = sender.request();
    switch (access.decide(sender::authentication, action, repository)) {
      case Decision.Allowed() -> {}
      case Decision.Challenge(String error, String reason) ->
          throw new RegistryException(challenge(request, scope(action, repository), error, reason));
      case Decision.Denied() ->
          throw new RegistryException(
              ErrorCode.DENIED, "you may not %s %s here".formatted(action, repository));
      case Decision.Undecided(Authentication authentication) ->
          throw new RegistryException(refusal(request, authentication));
    }
  }

  /** Whether who sends the request may pull from another repository, too. */
  boolean mayPull(Sender sender, RepositoryKey repository) {
    return access.decide(sender::authentication, Action.PULL, repository)
        instanceof Decision.Allowed;
  }

  /** Whether everybody may do everything. */
  boolean isOpen() {
    return access.isOpen();
  }

  /** Whether everybody may pull, where no rule says otherwise. */
  boolean isPublic() {
    return access.anonymousPull();
  }

  /**
   * Lets those pass who have logged in, be it as nobody in particular.
   *
   * @throws RegistryException with the answer for all others
   */
  void requireLogin(Sender sender) {
    Request request = sender.request();
    if (request.header("Authorization").isEmpty()) {
      throw new RegistryException(challenge(request, "", "", "a login is needed"));
    }
    Authentication authentication = sender.authentication();
    if (!(authentication instanceof Authentication.Known)) {
      throw new RegistryException(refusal(request, authentication));
    }
  }

  /** Whether an answer to {@link #requireLogin} needs no look at credentials. */
  boolean knowsAtOnce(Request request) {
    return access.isOpen() || request.header("Authorization").isEmpty();
  }

  /**
   * Answers a request for a token.
   *
   * @throws RegistryException if its password is wrong
   */
  Reply token(Sender sender) {
    Request request = sender.request();
    Optional<String> authorization = request.header("Authorization");
    if (authorization.isPresent() && !authorization.get().regionMatches(true, 0, "Basic ", 0, 6)) {
      throw new RegistryException(
          ErrorResponses.unauthorized(BASIC, "a token is had for a password only"));
    }
    return switch (sender.authentication()) {
      case Authentication.Known(var principal) -> Reply.hosted(token(access.issue(principal)));
      case Authentication.Failed(String reason) ->
          throw new RegistryException(ErrorResponses.unauthorized(BASIC, reason));
      case Authentication other -> throw new RegistryException(refusal(request, other));
    };
  }

  private static Response token(LoginToken token) {
    ObjectNode content =
        JsonResponses.object()
            .put("token", token.value())
            .put("access_token", token.value())
            .put("expires_in", token.lifetime().toSeconds())
            .put("issued_at", token.issuedAt().toString());
    return JsonResponses.of(200, content).with("Cache-Control", "no-store");
  }

  private Response refusal(Request request, Authentication authentication) {
    return switch (authentication) {
      case Authentication.TooMany(var retryAfter) ->
          ErrorResponses.tooManyLogins(
              "too many wrong passwords came for this user from this address", retryAfter);
      case Authentication.Unavailable(String reason) ->
          ErrorResponses.unavailable(reason, Optional.empty());
      case Authentication.Failed(String reason) -> challenge(request, "", "invalid_token", reason);
      case Authentication.Known _ -> throw new IllegalArgumentException("nothing to refuse");
    };
  }

  private Response challenge(Request request, String scope, String error, String reason) {
    StringBuilder challenge = new StringBuilder("Bearer realm=\"");
    challenge
        .append(
            access
                .issuer()
                .map(issuer -> issuer.realm().toString())
                .orElseGet(() -> realm(request)))
        .append("\",service=\"")
        .append(access.issuer().map(TokenSettings::audience).orElse(SERVICE))
        .append('"');
    if (!scope.isEmpty()) {
      challenge.append(",scope=\"").append(scope).append('"');
    }
    if (!error.isEmpty()) {
      challenge.append(",error=\"").append(error).append('"');
    }
    return ErrorResponses.unauthorized(challenge.toString(), reason);
  }

  /** As the client speaks to us: a proxy that ends TLS says that it did. */
  static String scheme(Request request) {
    return request.header("X-Forwarded-Proto").filter("https"::equals).orElse(request.scheme());
  }

  /** The URL of our tokens, as the client reaches us. */
  private static String realm(Request request) {
    String host =
        request
            .header("Host")
            .filter(text -> HOST.matcher(text).matches())
            .orElseGet(() -> "localhost:" + request.local().getPort());
    return scheme(request) + "://" + host + RegistryPath.TOKEN;
  }

  private static String scope(Action action, RepositoryKey repository) {
    String actions =
        switch (action) {
          case PULL -> "pull";
          case PUSH -> "pull,push";
          case DELETE -> "delete";
        };
    return "repository:%s:%s".formatted(repository, actions);
  }
}
