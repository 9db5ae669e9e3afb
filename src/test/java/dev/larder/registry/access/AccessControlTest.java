package dev.larder.registry.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.larder.oci.RepositoryName;
import dev.larder.registry.access.Authentication.Failed;
import dev.larder.registry.access.Authentication.Known;
import dev.larder.registry.access.Authentication.Unavailable;
import dev.larder.registry.access.Principal.Anonymous;
import dev.larder.registry.access.Principal.User;
import dev.larder.store.RepositoryKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessControlTest {
  private static final RepositoryKey APP = RepositoryKey.hosted(new RepositoryName("app"));
  private static final String ISSUER = "https://issuer.test";
  private static RSAKey rsa;
  private static ECKey ec;
  private static RSAKey stranger;

  @TempDir private Path folder;
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private Path htpasswd;
  private Path keys;

  @BeforeAll
  static void makeKeys() throws JOSEException {
    rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
    ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    stranger = new RSAKeyGenerator(2048).keyID("rsa").generate();
  }

  @BeforeEach
  void writeFiles() throws IOException {
    htpasswd = folder.resolve("htpasswd");
    keys = folder.resolve("keys.json");
    Files.writeString(htpasswd, Htpasswd.EMPTY.with("alice", "pass:word").text());
    Files.writeString(keys, new JWKSet(List.of(rsa, ec)).toString(true));
  }

  @ParameterizedTest
  @CsvSource({
    "none, PULL, Allowed",
    "none, PUSH, Challenge",
    "none, DELETE, Challenge",
    "right, PULL, Allowed",
    "right, PUSH, Allowed",
    "right, DELETE, Allowed",
    "wrong, PULL, Allowed",
    "wrong, PUSH, Challenge",
    "empty, PUSH, Challenge",
    "odd, PULL, Allowed",
    "odd, PUSH, Challenge",
    "broken, PUSH, Challenge",
    "garbage, PUSH, Challenge",
  })
  void pullsAreEverybodysAndTheRestIsUsers(String what, Action action, String expected) {
    AccessControl access = access(true);
    Decision decision = decide(access, what, action);
    assertThat(decision.getClass().getSimpleName()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"none, Challenge", "wrong, Challenge", "right, Allowed"})
  void withoutAnonymousPullsPullsNeedALogin(String what, String expected) {
    Decision decision = decide(access(false), what, Action.PULL);
    assertThat(decision.getClass().getSimpleName()).isEqualTo(expected);
  }

  @Test
  void whoHasLoggedInAndMayNotIsDenied() {
    AccessSettings settings =
        new AccessSettings(
            Optional.of(htpasswd),
            Optional.empty(),
            true,
            List.of(new Rule("app", Map.of(Action.PUSH, Set.of("bob")))));
    AccessControl access = new AccessControl(settings, now::get, _ -> {});
    assertThat(decide(access, "right", Action.PUSH)).isEqualTo(new Decision.Denied());
  }

  @Test
  void withoutUsersEverybodyMayDoEverything() {
    AccessControl access = new AccessControl(AccessSettings.OPEN, now::get);
    assertThat(access.isOpen()).isTrue();
    for (Action action : Action.values()) {
      assertThat(decide(access, "wrong", action)).isEqualTo(new Decision.Allowed());
    }
  }

  @Test
  void rulesWithoutUsersAreRefused() {
    assertThatThrownBy(
            () -> new AccessSettings(Optional.empty(), Optional.empty(), false, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aTokenOfOursStandsForALoginForFiveMinutes() throws IOException {
    AccessControl access = access(true);
    Credentials token = bearer(access.issue(new User("alice")).value());
    assertThat(access.authenticate(token)).isEqualTo(new Known(new User("alice")));
    Credentials nobodys = bearer(access.issue(new Anonymous()).value());
    assertThat(access.authenticate(nobodys)).isEqualTo(new Known(new Anonymous()));

    now.updateAndGet(time -> time.plus(Duration.ofMinutes(4)));
    assertThat(access.authenticate(token)).isInstanceOf(Known.class);
    now.updateAndGet(time -> time.plus(Duration.ofMinutes(2)));
    assertThat(access.authenticate(token)).isInstanceOf(Failed.class);

    Credentials another = bearer(access.issue(new User("alice")).value());
    Files.delete(htpasswd);
    Files.writeString(htpasswd, "");
    assertThat(access.authenticate(another)).isInstanceOf(Failed.class);
    assertThat(access(true).authenticate(nobodys)).isInstanceOf(Failed.class);
  }

  @Test
  void anIssuersTokensAreTaken() throws Exception {
    AccessControl access = withIssuer(keys.toUri());
    assertThat(access.authenticate(bearer(token(rsa, claims -> claims))))
        .isEqualTo(new Known(new User("carol")));
    assertThat(access.authenticate(bearer(token(ec, claims -> claims))))
        .isEqualTo(new Known(new User("carol")));
  }

  @Test
  void theAccessClaimSaysWhatATokenAllows() throws Exception {
    AccessControl access = withIssuer(keys.toUri());
    Credentials token =
        bearer(
            token(
                rsa,
                claims ->
                    claims.claim(
                        "access",
                        List.of(
                            Map.of(
                                "type", "repository",
                                "name", "app",
                                "actions", List.of("pull", "push"))))));
    assertThat(access.decide(() -> access.authenticate(token), Action.PUSH, APP))
        .isEqualTo(new Decision.Allowed());
    assertThat(access.decide(() -> access.authenticate(token), Action.DELETE, APP))
        .isInstanceOfSatisfying(
            Decision.Challenge.class,
            challenge -> assertThat(challenge.error()).isEqualTo("insufficient_scope"));
    assertThat(
            access.decide(
                () -> access.authenticate(token),
                Action.PUSH,
                RepositoryKey.hosted(new RepositoryName("other"))))
        .isInstanceOf(Decision.Challenge.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "expired",
        "notYet",
        "otherAudience",
        "noAudience",
        "otherIssuer",
        "noExpiry",
        "noSubject"
      })
  void aTokenWhoseClaimsAreWrongIsNotTaken(String mistake) throws Exception {
    String token =
        token(
            rsa,
            claims ->
                switch (mistake) {
                  case "expired" -> claims.expirationTime(at(Duration.ofHours(-1)));
                  case "notYet" -> claims.notBeforeTime(at(Duration.ofHours(1)));
                  case "otherAudience" -> claims.audience("another");
                  case "noAudience" -> claims.audience((String) null);
                  case "otherIssuer" -> claims.issuer("https://other.test");
                  case "noExpiry" -> claims.expirationTime(null);
                  default -> claims.subject(null);
                });
    assertThat(withIssuer(keys.toUri()).authenticate(bearer(token))).isInstanceOf(Failed.class);
  }

  @Test
  void aTokenThatTheIssuerHasNotSignedIsNotTaken() throws Exception {
    AccessControl access = withIssuer(keys.toUri());
    assertThat(access.authenticate(bearer(token(stranger, claims -> claims))))
        .isInstanceOf(Failed.class);

    String plain = new PlainJWT(claims().build()).serialize();
    assertThat(access.authenticate(bearer(plain))).isInstanceOf(Failed.class);

    // Signed with the public key as if it were a secret.
    for (byte[] secret :
        List.of(rsa.toPublicKey().getEncoded(), rsa.toPublicJWK().toJSONString().getBytes(UTF_8))) {
      SignedJWT confused =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa").build(), claims().build());
      confused.sign(new MACSigner(secret));
      assertThat(access.authenticate(bearer(confused.serialize()))).isInstanceOf(Failed.class);
    }

    String[] parts = token(rsa, claims -> claims).split("\\.", -1);
    String changed =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(claims().subject("root").build().toString().getBytes(UTF_8));
    assertThat(access.authenticate(bearer(parts[0] + "." + changed + "." + parts[2])))
        .isInstanceOf(Failed.class);
    assertThat(access.authenticate(bearer("a.b.c"))).isInstanceOf(Failed.class);
  }

  @Test
  void anUnknownKeyIsAskedForButNotForEachToken() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    AtomicReference<String> served = new AtomicReference<>(new JWKSet(rsa).toString(true));
    HttpServer issuer =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    issuer.createContext(
        "/keys",
        exchange -> {
          asked.incrementAndGet();
          byte[] body = served.get().getBytes(UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    issuer.start();
    try {
      AccessControl access =
          withIssuer(URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys"));
      assertThat(access.authenticate(bearer(token(rsa, claims -> claims))))
          .isInstanceOf(Known.class);
      served.set(new JWKSet(List.of(rsa, ec)).toString(true));
      assertThat(access.authenticate(bearer(token(ec, claims -> claims))))
          .isInstanceOf(Known.class);
      assertThat(asked).hasValue(2);
      RSAKey unknown = new RSAKey.Builder(stranger).keyID("unknown").build();
      for (int i = 0; i < 10; i++) {
        assertThat(access.authenticate(bearer(token(unknown, claims -> claims))))
            .isInstanceOf(Failed.class);
      }
      assertThat(asked.get()).isLessThanOrEqualTo(3);
      assertThat(access.authenticate(bearer(token(rsa, claims -> claims))))
          .isInstanceOf(Known.class);
    } finally {
      issuer.stop(0);
    }
  }

  @Test
  void keysThatCannotBeHadAreNotTheClientsFault() throws Exception {
    AccessControl access = withIssuer(folder.resolve("missing.json").toUri());
    assertThat(access.authenticate(bearer(token(rsa, claims -> claims))))
        .isInstanceOf(Unavailable.class);
  }

  @Test
  void aTokenThatIsForUsIsToldFromOneForSomebodyElse() throws Exception {
    AccessControl issuers = withIssuer(keys.toUri());
    String ours = "Bearer " + issuers.issue(new Anonymous()).value();
    String meant = "bearer  " + token(stranger, claims -> claims.expirationTime(at(Duration.ZERO)));
    assertThat(issuers.isForUs(ours)).isTrue();
    assertThat(issuers.isForUs(meant)).isTrue();
    assertThat(access(true).isForUs(ours)).isTrue();
    assertThat(access(true).isForUs(meant)).isFalse();
    assertThat(new AccessControl(AccessSettings.OPEN, now::get).isForUs(ours)).isFalse();
    for (String other :
        List.of(
            token(rsa, claims -> claims.audience("another")),
            token(rsa, claims -> claims.issuer("https://other.test")),
            "opaque")) {
      assertThat(issuers.isForUs("Bearer " + other)).isFalse();
    }
  }

  @Test
  void credentialsAreNotInTexts() {
    assertThat(credentials("right").toString()).doesNotContain("Basic");
    AccessControl access = access(true);
    LoginToken token = access.issue(new User("alice"));
    assertThat(token.toString()).doesNotContain(token.value());
  }

  private AccessControl access(boolean anonymousPull) {
    return new AccessControl(
        new AccessSettings(Optional.of(htpasswd), Optional.empty(), anonymousPull, List.of()),
        now::get,
        _ -> {});
  }

  private AccessControl withIssuer(URI at) {
    TokenSettings tokens =
        new TokenSettings(ISSUER, "larder", URI.create("https://issuer.test/token"), at);
    return new AccessControl(
        new AccessSettings(Optional.empty(), Optional.of(tokens), true, List.of()),
        now::get,
        _ -> {});
  }

  private String token(JWK key, UnaryOperator<JWTClaimsSet.Builder> change) throws JOSEException {
    JWSAlgorithm algorithm = key instanceof RSAKey ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256;
    JWSSigner signer =
        key instanceof RSAKey ? new RSASSASigner(key.toRSAKey()) : new ECDSASigner(key.toECKey());
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).build(),
            change.apply(claims()).build());
    token.sign(signer);
    return token.serialize();
  }

  private JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience("larder")
        .subject("carol")
        .notBeforeTime(at(Duration.ZERO))
        .expirationTime(at(Duration.ofMinutes(5)));
  }

  private Date at(Duration fromNow) {
    return Date.from(now.get().plus(fromNow));
  }

  private static Credentials bearer(String token) {
    return new Credentials(Optional.of("Bearer " + token), InetAddress.getLoopbackAddress());
  }

  private static Decision decide(AccessControl access, String what, Action action) {
    return access.decide(() -> access.authenticate(credentials(what)), action, APP);
  }

  private static Credentials credentials(String what) {
    Optional<String> header =
        switch (what) {
          case "none" -> Optional.empty();
          case "right" -> Optional.of(basic("alice:pass:word"));
          case "wrong" -> Optional.of(basic("alice:other"));
          case "empty" -> Optional.of(basic(":"));
          case "odd" -> Optional.of("Digest username=alice");
          case "broken" -> Optional.of("Basic !!");
          default -> Optional.of("Basic");
        };
    return new Credentials(header, InetAddress.getLoopbackAddress());
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
  }
}
