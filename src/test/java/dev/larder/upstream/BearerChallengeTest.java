package dev.larder.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BearerChallengeTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer"
            + " realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",scope=\"repository:a/b:pull\"",
        "Bearer realm=\"https://r/t?a=b\",scope=\"repository:a:pull repository:b:pull,push\"",
        "Bearer realm=\"https://r/t\",service=\"a \\\"quoted\\\" \\\\ one\"",
        "Bearer realm=\"https://r/t\"",
      })
  void itIsPassedOnAsItCame(String field) {
    assertThat(of(field).map(BearerChallenge::value)).contains(field);
  }

  @Test
  void anErrorIsToldToWhoSentAToken() {
    BearerChallenge plain = of("Bearer realm=\"https://r/t\"").orElseThrow();
    BearerChallenge told =
        of("Bearer realm=\"https://r/t\",error=\"insufficient_scope\"").orElseThrow();
    assertThat(told.toNoToken()).isEqualTo(plain);
    assertThat(told.toToken()).isEqualTo(told);
    assertThat(plain.toToken().error()).contains("invalid_token");
  }

  @Test
  void ofSeveralTheBearersIsTaken() {
    assertThat(of("Basic realm=\"x\", Bearer realm=\"https://r/t\"").map(BearerChallenge::value))
        .contains("Bearer realm=\"https://r/t\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Basic realm=\"https://r/t\"",
        "Bearer service=\"s\"",
        "Bearer realm=\"http://r/t\"",
        "Bearer realm=\"/token\"",
        "Bearer realm=\"https://me:secret@r/t\"",
        "Bearer realm=\"https://r/t\",service=\"é\"",
      })
  void whatNoClientCouldOrShouldUseIsNone(String field) {
    assertThat(of(field)).isEmpty();
  }

  @Test
  void oneThatIsTooLongIsNone() {
    assertThat(of("Bearer realm=\"https://r/t\",scope=\"" + "x".repeat(5000) + "\"")).isEmpty();
  }

  @Test
  void anUpstreamWithoutTlsMayHaveItsTokensWithoutIt() {
    assertThat(
            BearerChallenge.of(Challenge.parse(List.of("Bearer realm=\"http://r/t\"")), true)
                .map(BearerChallenge::value))
        .contains("Bearer realm=\"http://r/t\"");
  }

  private static Optional<BearerChallenge> of(String field) {
    return BearerChallenge.of(Challenge.parse(List.of(field)), false);
  }
}
