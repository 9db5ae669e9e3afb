package dev.larder.testing;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How a {@link FakeUpstream} lets people in. */
public sealed interface FakeAuthentication
    permits FakeAuthentication.Open,
        FakeAuthentication.Basic,
        FakeAuthentication.Bearer,
        FakePrivacy {
  /** Where a fake's own token endpoint is. */
  String TOKEN_PATH = "/token";

  /** What the fake answers instead of content: a challenge, or empty where the request may pass. */
  Optional<FakeAuthentication.Refusal> refuse(SeenRequest request, URI self);

  /** What the token endpoint answers: a status and JSON. */
  Refusal token(SeenRequest request);

  /** A status, a {@code WWW-Authenticate} (empty for none) and a body. */
  record Refusal(int status, String challenge, String body) {}

  /** Everybody may read. */
  record Open() implements FakeAuthentication {
    @Override
    public Optional<Refusal> refuse(SeenRequest request, URI self) {
      return Optional.empty();
    }

    @Override
    public Refusal token(SeenRequest request) {
      return new Refusal(404, "", "{}");
    }
  }

  /** Only that user, by Basic. */
  record Basic(String username, String password) implements FakeAuthentication {
    @Override
    public Optional<Refusal> refuse(SeenRequest request, URI self) {
      return request.header("Authorization").equals(Optional.of(value()))
          ? Optional.empty()
          : Optional.of(unauthorized("Basic realm=\"fake\""));
    }

    @Override
    public Refusal token(SeenRequest request) {
      return new Refusal(404, "", "{}");
    }

    String value() {
      return "Basic "
          + Base64.getEncoder()
              .encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
    }
  }

  /** By tokens from a token endpoint. Those it gave are good until {@link #revokeAll}. */
  final class Bearer implements FakeAuthentication {
    private final Optional<Basic> user;
    private final Optional<String> identityToken;
    private final Optional<Duration> expiresIn;
    private final Optional<URI> realm;
    private final AtomicInteger count = new AtomicInteger();
    private final Set<String> good = ConcurrentHashMap.newKeySet();

    private Bearer(
        Optional<Basic> user,
        Optional<String> identityToken,
        Optional<Duration> expiresIn,
        Optional<URI> realm) {
      this.user = user;
      this.identityToken = identityToken;
      this.expiresIn = expiresIn;
      this.realm = realm;
    }

    /** Tokens for whoever asks. */
    public static Bearer anonymous() {
      return new Bearer(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Tokens for that user. */
    public static Bearer of(String username, String password) {
      return new Bearer(
          Optional.of(new Basic(username, password)),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());
    }

    /** Tokens for who brings that identity token, by POST. */
    public static Bearer identity(String token) {
      return new Bearer(Optional.empty(), Optional.of(token), Optional.empty(), Optional.empty());
    }

    /** The same, and it says how long its tokens last. */
    public Bearer expiringIn(Duration lifetime) {
      return new Bearer(user, identityToken, Optional.of(lifetime), realm);
    }

    /** The same, with its token endpoint elsewhere. */
    public Bearer withRealm(URI elsewhere) {
      return new Bearer(user, identityToken, expiresIn, Optional.of(elsewhere));
    }

    /** From now on no token that was given before is accepted. */
    public void revokeAll() {
      good.clear();
    }

    @Override
    public Optional<Refusal> refuse(SeenRequest request, URI self) {
      String given = request.header("Authorization").orElse("");
      if (given.startsWith("Bearer ") && good.contains(given.substring("Bearer ".length()))) {
        return Optional.empty();
      }
      String name = request.path().replaceFirst("^/v2/", "").replaceFirst("/[^/]+/[^/]+$", "");
      return Optional.of(
          unauthorized(
              "Bearer realm=\"%s\",service=\"fake\",scope=\"repository:%s:pull\""
                  .formatted(realm.orElse(self.resolve(TOKEN_PATH)), name)));
    }

    @Override
    public Refusal token(SeenRequest request) {
      boolean welcome =
          identityToken.isPresent()
              ? request.method().equals("POST")
                  && request.body().contains("grant_type=refresh_token")
                  && request.body().contains("refresh_token=" + identityToken.get())
              : user.isEmpty()
                  || request.header("Authorization").equals(Optional.of(user.get().value()));
      if (!welcome) {
        return new Refusal(401, "", "{\"details\":\"incorrect username or password\"}");
      }
      String token = "token-" + count.incrementAndGet();
      good.add(token);
      String expires = expiresIn.map(d -> ",\"expires_in\":" + d.toSeconds()).orElse("");
      return new Refusal(200, "", "{\"token\":\"%s\"%s}".formatted(token, expires));
    }
  }

  private static Refusal unauthorized(String challenge) {
    return new Refusal(
        401,
        challenge,
        "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}");
  }

  /** The challenge or the token endpoint's answer as a reply. */
  static Map<String, String> headers(Refusal refusal) {
    return refusal.challenge().isEmpty()
        ? Map.of("Content-Type", "application/json")
        : Map.of("Content-Type", "application/json", "WWW-Authenticate", refusal.challenge());
  }
}
