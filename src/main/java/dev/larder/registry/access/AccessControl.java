package dev.larder.registry.access;

import com.nimbusds.jwt.SignedJWT;
import dev.larder.registry.access.Authentication.Failed;
import dev.larder.registry.access.Authentication.Known;
import dev.larder.registry.access.Principal.Anonymous;
import dev.larder.registry.access.Principal.Bearer;
import dev.larder.registry.access.Principal.User;
import dev.larder.store.RepositoryKey;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Decides who may do what. Credentials are only looked at where something isn't everybody's: a
 * wrong password never keeps anybody from what is public.
 */
public final class AccessControl {
  private static final Principal ANONYMOUS = new Anonymous();

  private final AccessSettings settings;
  private final Rules rules;
  private final Optional<Passwords> passwords;
  private final Optional<TokenVerifier> tokens;
  private final LoginTokens loginTokens;

  /**
   * @throws IllegalArgumentException if the password file or the place of the keys can't be used;
   *     the message says which
   */
  public AccessControl(AccessSettings settings, InstantSource clock) {
    this(settings, clock, Thread::sleep);
  }

  AccessControl(AccessSettings settings, InstantSource clock, Pause pause) {
    this.settings = settings;
    this.rules = new Rules(settings.rules(), settings.anonymousPull());
    this.passwords =
        settings.passwords().map(file -> new Passwords(new PasswordFile(file), clock, pause));
    this.tokens = settings.tokens().map(issuer -> new TokenVerifier(issuer, clock));
    this.loginTokens = new LoginTokens(clock);
  }

  /** Whether everybody may do everything. */
  public boolean isOpen() {
    return settings.isOpen();
  }

  /** Whether who hasn't logged in may pull, where no rule says otherwise. */
  public boolean anonymousPull() {
    return rules.anonymousPull();
  }

  /** Whose tokens are taken beside our own. */
  public Optional<TokenSettings> issuer() {
    return settings.tokens();
  }

  /** Whether everybody may do that. Never blocks. */
  public boolean anybodyMay(Action action, RepositoryKey repository) {
    return isOpen() || rules.allow(ANONYMOUS, action, repository);
  }

  /**
   * Whether somebody may do that.
   *
   * @param who says who it is; asked only where that matters
   */
  public Decision decide(Supplier<Authentication> who, Action action, RepositoryKey repository) {
    if (anybodyMay(action, repository)) {
      return new Decision.Allowed();
    }
    return switch (who.get()) {
      case Known(Principal principal) -> decide(principal, action, repository);
      case Failed(String reason) -> new Decision.Challenge("invalid_token", reason);
      case Authentication other -> new Decision.Undecided(other);
    };
  }

  private Decision decide(Principal principal, Action action, RepositoryKey repository) {
    if (rules.allow(principal, action, repository)) {
      return new Decision.Allowed();
    }
    String what = "to %s %s".formatted(action, repository);
    return switch (principal) {
      case Anonymous() -> new Decision.Challenge("", "a login is needed " + what);
      case User _ -> new Decision.Denied();
      // By this clients know that they must ask the issuer for another token.
      case Bearer _ ->
          new Decision.Challenge("insufficient_scope", "the token doesn't allow " + what);
    };
  }

  /** Looks at credentials, whatever they are for; blocks. */
  public Authentication authenticate(Credentials credentials) {
    if (isOpen() || credentials.authorization().isEmpty()) {
      return new Known(ANONYMOUS);
    }
    String[] parts = credentials.authorization().get().strip().split(" +", 2);
    String value = parts.length < 2 ? "" : parts[1];
    return switch (parts[0].toLowerCase(Locale.ROOT)) {
      case "basic" -> basic(value, credentials);
      case "bearer" -> bearer(value);
      default -> new Failed("credentials are taken as Basic or Bearer only");
    };
  }

  /**
   * Whether a bearer's token is one that is taken here, or was: ours, or one of the issuer that is
   * meant for us. Where nobody can log in, none is. Never blocks.
   *
   * @param authorization the header field of that name
   */
  public boolean isForUs(String authorization) {
    if (isOpen()) {
      return false;
    }
    try {
      SignedJWT token = SignedJWT.parse(authorization.strip().replaceFirst("(?i)^bearer +", ""));
      return LoginTokens.mayBeOurs(token)
          || (tokens.isPresent() && tokens.get().isMeant(token.getJWTClaimsSet()));
    } catch (ParseException e) {
      return false;
    }
  }

  private Authentication basic(String value, Credentials credentials) {
    String pair;
    try {
      pair = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return new Failed("the credentials aren't in base64");
    }
    int colon = pair.indexOf(':');
    if (colon < 0) {
      return new Failed("the credentials aren't a user and a password");
    }
    String user = pair.substring(0, colon);
    String password = pair.substring(colon + 1);
    if (user.isEmpty() && password.isEmpty()) {
      return new Known(ANONYMOUS); // so clients of containers/image say that they have none
    }
    if (passwords.isEmpty()) {
      return new Failed("passwords aren't taken here, only tokens");
    }
    return switch (passwords.get().look(user, password, credentials.from())) {
      case RIGHT -> new Known(new User(user));
      case WRONG -> new Failed("the user or the password is wrong");
      case TOO_MANY -> new Authentication.TooMany(Turns.longestDelay());
    };
  }

  private Authentication bearer(String value) {
    SignedJWT token;
    try {
      token = SignedJWT.parse(value);
    } catch (ParseException e) {
      return new Failed("the token isn't a signed JWT");
    }
    if (LoginTokens.mayBeOurs(token)) {
      return loginTokens
          .look(token)
          .filter(this::isStillThere)
          .<Authentication>map(Known::new)
          .orElseGet(() -> new Failed("the token isn't valid any more"));
    }
    return tokens
        .map(verifier -> verifier.look(token))
        .orElseGet(() -> new Failed("the token isn't one of this registry's"));
  }

  private boolean isStillThere(Principal principal) {
    return !(principal instanceof User(String name))
        || passwords.filter(users -> users.knows(name)).isPresent();
  }

  /**
   * Makes a token for who was authenticated by a password, or for nobody in particular.
   *
   * @throws IllegalArgumentException if a token has told who it is: those aren't renewed
   */
  public LoginToken issue(Principal principal) {
    return switch (principal) {
      case Anonymous() -> loginTokens.issue(Optional.empty());
      case User(String name) -> loginTokens.issue(Optional.of(name));
      case Bearer _ -> throw new IllegalArgumentException("a token of another issuer");
    };
  }
}
