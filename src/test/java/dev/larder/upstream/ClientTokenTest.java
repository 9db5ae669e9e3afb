package dev.larder.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientTokenTest {
  @ParameterizedTest
  @ValueSource(strings = {"Bearer abc-._~+/1=", "bearer abc-._~+/1=", "BEARER  abc-._~+/1= "})
  void aBearersTokenGoesOutAsItCame(String authorization) {
    assertThat(ClientToken.parse(authorization).orElseThrow().authorization())
        .isEqualTo("Bearer abc-._~+/1=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "Bearer", "Bearer ", "Basic abc", "Bearerabc", "Bearer a b", "Bearer a\"b"})
  void anythingElseIsNone(String authorization) {
    assertThat(ClientToken.parse(authorization)).isEmpty();
  }

  @Test
  void itIsNeverShown() {
    ClientToken token = token("secret");
    assertThat(token.toString()).doesNotContain("secret");
    assertThat(Optional.of(token).toString()).doesNotContain("secret");
    assertThat(token.id()).matches("[0-9a-f]{64}").isEqualTo(token("secret").id());
    assertThat(token.id()).isNotEqualTo(token("secret2").id());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'exp':1767225600}|2026-01-01T00:00:00Z",
        "{'exp':1767225600.9}|2026-01-01T00:00:00Z",
        "{'exp':0}|1970-01-01T00:00:00Z",
        "{}|",
        "{'exp':-1}|",
        "{'exp':'soon'}|",
        "{'exp':9223372036854775807}|",
        "[]|",
        "no json|",
      })
  void aJwtSaysWhenItExpires(String claims, Instant expires) {
    String payload =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(claims.replace('\'', '"').getBytes(UTF_8));
    assertThat(token("e30." + payload + ".c2ln").expires()).isEqualTo(Optional.ofNullable(expires));
  }

  @ParameterizedTest
  @ValueSource(strings = {"opaque", "a.b", "e30.%%.c", "e30.~~~~.c", "a.b.c.d", "e30.e.c"})
  void whatIsNoJwtDoesNotSayIt(String token) {
    assertThat(ClientToken.parse("Bearer " + token).flatMap(ClientToken::expires)).isEmpty();
  }

  private static ClientToken token(String value) {
    return ClientToken.parse("Bearer " + value).orElseThrow();
  }
}
