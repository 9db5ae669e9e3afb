package dev.larder.registry.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Optional;

/**
 * Our own tokens. They say who somebody is, not what it may do; and that nobody in particular asks,
 * for clients that can't do without a token. Signed with a key that only this process has: after a
 * new start clients ask for new ones by themselves.
 */
final class LoginTokens {
  /** Short, since a token outlives a change of the password. */
  private static final Duration LIFETIME = Duration.ofMinutes(5);

  private final byte[] key = new byte[32];
  private final InstantSource clock;

  LoginTokens(InstantSource clock) {
    this.clock = clock;
    new SecureRandom().nextBytes(key);
  }

  /** Makes one for that user, or for nobody in particular. */
  LoginToken issue(Optional<String> user) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .subject(user.orElse(null))
            .expirationTime(Date.from(now.plus(LIFETIME)))
            .build();
    SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    try {
      token.sign(new MACSigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException("every JDK has this MAC", e);
    }
    return new LoginToken(token.serialize(), now, LIFETIME);
  }

  /** Whether it may be one of ours: an issuer's have other algorithms. */
  static boolean mayBeOurs(SignedJWT token) {
    return token.getHeader().getAlgorithm().equals(JWSAlgorithm.HS256);
  }

  /** Who it says somebody is; empty if it isn't ours or is too old. */
  Optional<Principal> look(SignedJWT token) {
    try {
      if (!token.verify(new MACVerifier(key))) {
        return Optional.empty();
      }
      JWTClaimsSet claims = token.getJWTClaimsSet();
      return claims.getExpirationTime().toInstant().isBefore(clock.instant())
          ? Optional.empty()
          : Optional.of(
              Optional.ofNullable(claims.getSubject())
                  .<Principal>map(Principal.User::new)
                  .orElseGet(Principal.Anonymous::new));
    } catch (JOSEException | ParseException e) {
      return Optional.empty();
    }
  }
}
