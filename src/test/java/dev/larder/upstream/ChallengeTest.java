package dev.larder.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChallengeTest {

  @Test
  void readsRealmServiceAndScope() {
    assertThat(
            parse(
                "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
                    + "scope=\"repository:library/busybox:pull,push\",error=\"insufficient_scope\""))
        .containsExactly(
            new Challenge(
                "bearer",
                Map.of(
                    "realm", "https://auth.docker.io/token",
                    "service", "registry.docker.io",
                    "scope", "repository:library/busybox:pull,push",
                    "error", "insufficient_scope")));
  }

  @Test
  void readsSeveralChallengesOfOneFieldAndOfSeveral() {
    assertThat(
            Challenge.parse(
                List.of(
                    "Basic realm=\"a, b\", charset=\"UTF-8\", Bearer realm=\"https://x/t\""
                        + " ,scope=y",
                    "Negotiate",
                    "NTLM TlRMTVNTUAAB==, Digest realm=\"d\"")))
        .containsExactly(
            new Challenge("basic", Map.of("realm", "a, b", "charset", "UTF-8")),
            new Challenge("bearer", Map.of("realm", "https://x/t", "scope", "y")),
            new Challenge("negotiate", Map.of()),
            new Challenge("ntlm", Map.of()),
            new Challenge("digest", Map.of("realm", "d")));
  }

  @Test
  void namesAreReadInAnyCaseAndEscapesAreUndone() {
    assertThat(parse("BEARER Realm = \"say \\\"hi\\\" \\\\\""))
        .containsExactly(new Challenge("bearer", Map.of("realm", "say \"hi\" \\")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",,", "\"", "Bearer realm=\"unfinished", "=", "é"})
  void nonsenseNeverThrows(String field) {
    assertThat(parse(field)).allMatch(challenge -> challenge.parameter("realm").isEmpty());
  }

  @Test
  void aHugeFieldIsReadInReasonableTime() {
    assertThat(parse("Bearer realm=\"" + "\\\\".repeat(20_000))).hasSize(1);
  }

  private static List<Challenge> parse(String field) {
    return Challenge.parse(List.of(field));
  }
}
