package dev.larder.registry.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.net.MalformedURLException;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the tokens of an issuer: signature, {@code iss}, {@code aud}, {@code exp}, {@code nbf}.
 * Its keys are kept for a while, and asked for again when a token names one that isn't among them,
 * but not more often than twice in {@link #KEYS_ASKED_AFTER}.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8725.html">RFC 8725, JSON Web Token best
 *     practices</a>
 */
final class TokenVerifier {
  private static final Logger log = LoggerFactory.getLogger(TokenVerifier.class);

  /** Those with a public key, so that nobody can sign with what is public. */
  private static final Set<JWSAlgorithm> ALGORITHMS = algorithms();

  private static final Duration KEYS_KEPT_FOR = Duration.ofMinutes(5);
  private static final Duration KEYS_KEPT_IN_AN_OUTAGE = Duration.ofHours(4);
  private static final Duration KEYS_ASKED_AFTER = Duration.ofSeconds(30);
  private static final Duration KEYS_WAITED_FOR = Duration.ofSeconds(15);
  private static final int CONNECT_MILLIS = 3_000;
  private static final int READ_MILLIS = 5_000;
  private static final int MOST_KEY_BYTES = 256 * 1024;

  private final TokenSettings settings;
  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

  /**
   * @throws IllegalArgumentException if its keys can't be at their URL
   */
  TokenVerifier(TokenSettings settings, InstantSource clock) {
    this.settings = settings;
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys(settings)));
    processor.setJWTClaimsSetVerifier(
        new DefaultJWTClaimsVerifier<>(
            settings.audience(),
            new JWTClaimsSet.Builder().issuer(settings.issuer()).build(),
            Set.of("exp")) {
          @Override
          protected Date currentTime() {
            return Date.from(clock.instant());
          }
        });
  }

  private static Set<JWSAlgorithm> algorithms() {
    Set<JWSAlgorithm> algorithms = new HashSet<>(JWSAlgorithm.Family.RSA);
    algorithms.addAll(Set.of(JWSAlgorithm.ES256, JWSAlgorithm.ES384, JWSAlgorithm.ES512));
    return Set.copyOf(algorithms);
  }

  private static JWKSource<SecurityContext> keys(TokenSettings settings) {
    try {
      return JWKSourceBuilder.create(
              settings.keys().toURL(),
              new DefaultResourceRetriever(CONNECT_MILLIS, READ_MILLIS, MOST_KEY_BYTES))
          .refreshAheadCache(false)
          .cache(KEYS_KEPT_FOR.toMillis(), KEYS_WAITED_FOR.toMillis())
          .rateLimited(KEYS_ASKED_AFTER.toMillis())
          .outageTolerant(KEYS_KEPT_IN_AN_OUTAGE.toMillis())
          .build();
    } catch (MalformedURLException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the issuer's keys can't be at %s: %s".formatted(settings.keys(), e.getMessage()), e);
    }
  }

  /** Whether a token says that it is the issuer's, and for us. */
  boolean isMeant(JWTClaimsSet claims) {
    return settings.issuer().equals(claims.getIssuer())
        && claims.getAudience().contains(settings.audience());
  }

  /** Looks at a token; blocks where the issuer's keys must be asked for. */
  Authentication look(SignedJWT token) {
    try {
      JWTClaimsSet claims = processor.process(token, null);
      return principal(claims)
          .<Authentication>map(Authentication.Known::new)
          .orElseGet(() -> new Authentication.Failed("the token names no subject and no access"));
    } catch (RateLimitReachedException e) {
      return new Authentication.Failed("the token's key isn't one of its issuer's");
    } catch (KeySourceException e) {
      log.warn("the keys of the tokens' issuer can't be had: {}", e.getMessage());
      return new Authentication.Unavailable("the keys of the tokens' issuer can't be had now");
    } catch (BadJOSEException | JOSEException | ParseException e) {
      log.debug("a token isn't taken", e);
      return new Authentication.Failed("the token isn't valid here: " + e.getMessage());
    }
  }

  private static Optional<Principal> principal(JWTClaimsSet claims) throws ParseException {
    if (claims.getClaim("access") == null) {
      return Optional.ofNullable(claims.getSubject()).map(Principal.User::new);
    }
    List<Principal.Grant> grants = new ArrayList<>();
    for (Object entry : claims.getListClaim("access")) {
      if (entry instanceof Map<?, ?> access
          && "repository".equals(access.get("type"))
          && access.get("name") instanceof String name
          && access.get("actions") instanceof List<?> actions) {
        Set<String> words = new HashSet<>();
        actions.forEach(action -> words.add(String.valueOf(action)));
        grants.add(new Principal.Grant(name, words));
      }
    }
    return Optional.of(new Principal.Bearer(grants));
  }
}
