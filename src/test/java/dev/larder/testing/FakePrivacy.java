package dev.larder.testing;

import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tokens for whoever asks, which let into the repositories that are everybody's; and tokens of
 * people, each for one repository, which a test says.
 */
public final class FakePrivacy implements FakeAuthentication {
  private static final String ANONYMOUS = "anonymous";

  private final Set<String> closed = ConcurrentHashMap.newKeySet();
  private final Set<String> rights = ConcurrentHashMap.newKeySet();
  private volatile boolean hidden;

  /** From now on a repository is given to those alone who have a right. */
  public void close(String repository) {
    closed.add(repository);
  }

  /** From now on a repository is given to everybody. */
  public void open(String repository) {
    closed.remove(repository);
  }

  /** From now on a token lets into a repository. */
  public void admit(String token, String repository) {
    rights.add(token + " " + repository);
  }

  /** From now on it doesn't. */
  public void expel(String token, String repository) {
    rights.remove(token + " " + repository);
  }

  /** From now on nobody in particular gets no token for a repository that isn't everybody's. */
  public void refuseAnonymousTokens() {
    hidden = true;
  }

  @Override
  public Optional<Refusal> refuse(SeenRequest request, URI self) {
    String name = request.path().replaceFirst("^/v2/", "").replaceFirst("/[^/]+/[^/]+$", "");
    String token = request.header("Authorization").orElse("").replaceFirst("^Bearer ", "");
    boolean welcome =
        closed.contains(name) ? rights.contains(token + " " + name) : !token.isEmpty();
    if (welcome) {
      return Optional.empty();
    }
    String error = token.isEmpty() ? "" : ",error=\"insufficient_scope\"";
    return Optional.of(new Refusal(401, challenge(self, name) + error, "{}"));
  }

  /** What it says to who has no token. */
  public static String challenge(URI self, String repository) {
    return "Bearer realm=\"%s\",service=\"fake\",scope=\"repository:%s:pull\""
        .formatted(self.resolve(TOKEN_PATH), repository);
  }

  @Override
  public Refusal token(SeenRequest request) {
    return hidden
        ? new Refusal(401, "", "{}")
        : new Refusal(200, "", "{\"token\":\"%s\",\"expires_in\":300}".formatted(ANONYMOUS));
  }
}
