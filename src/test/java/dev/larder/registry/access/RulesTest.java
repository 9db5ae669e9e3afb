package dev.larder.registry.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.registry.access.Principal.Anonymous;
import dev.larder.registry.access.Principal.Bearer;
import dev.larder.registry.access.Principal.Grant;
import dev.larder.registry.access.Principal.User;
import dev.larder.store.RepositoryKey;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RulesTest {
  private static final Rules RULES =
      new Rules(
          List.of(
              new Rule(
                  "team/",
                  Map.of(
                      Action.PULL, Set.of(Rule.AUTHENTICATED),
                      Action.PUSH, Set.of("alice", "bob"),
                      Action.DELETE, Set.of("alice"))),
              new Rule("team/public", Map.of(Action.PULL, Set.of(Rule.ANONYMOUS))),
              new Rule("frozen", Map.of(Action.PUSH, Set.of(), Action.DELETE, Set.of())),
              new Rule("drop", Map.of(Action.PUSH, Set.of(Rule.ANONYMOUS))),
              new Rule("quay.io/secret", Map.of(Action.PULL, Set.of("carol")))),
          true);

  @ParameterizedTest
  @CsvSource({
    // repository, who, what it may
    "app, anonymous, pull",
    "app, alice, pull push delete",
    "team, anonymous, ''",
    "team/app, anonymous, ''",
    "team/app, alice, pull push delete",
    "team/app, bob, pull push",
    "team/app, carol, pull",
    "teams, anonymous, pull",
    "teams, carol, pull push delete",
    "team/public, anonymous, pull",
    "team/public/app, carol, pull push delete",
    "frozen/app, anonymous, pull",
    "frozen/app, alice, pull",
    "drop, anonymous, pull push",
    "drop, alice, pull push delete",
    "quay.io:secret/app, anonymous, ''",
    "quay.io:secret/app, carol, pull push delete",
    "quay.io:secret/app, alice, push delete",
    "quay.io:other, anonymous, pull",
  })
  void theLongestPrefixDecides(String repository, String who, String expected) {
    assertThat(allowed(RULES, principal(who), key(repository))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"anonymous, ''", "alice, pull push delete"})
  void withoutAnonymousPullsEverythingNeedsALogin(String who, String expected) {
    Rules rules = new Rules(List.of(), false);
    assertThat(allowed(rules, principal(who), key("app"))).isEqualTo(expected);
    assertThat(allowed(rules, principal(who), key("quay.io:app"))).isEqualTo(expected);
  }

  @Test
  void theEmptyPrefixStandsForAll() {
    Rules rules = new Rules(List.of(new Rule("", Map.of(Action.PUSH, Set.of("ci")))), true);
    assertThat(allowed(rules, new User("alice"), key("app"))).isEqualTo("pull delete");
    assertThat(allowed(rules, new User("ci"), key("app"))).isEqualTo("pull push delete");
  }

  @Test
  void aTokenAllowsWhatItsIssuerSaysAndWhatEverybodyMay() {
    Bearer bearer =
        new Bearer(
            List.of(
                new Grant("team/app", Set.of("pull", "push")), new Grant("team/all", Set.of("*"))));
    assertThat(allowed(RULES, bearer, key("team/app"))).isEqualTo("pull push");
    assertThat(allowed(RULES, bearer, key("team/all"))).isEqualTo("pull push delete");
    assertThat(allowed(RULES, bearer, key("team/app/more"))).isEmpty();
    assertThat(allowed(RULES, bearer, key("app"))).isEqualTo("pull");
  }

  private static String allowed(Rules rules, Principal principal, RepositoryKey key) {
    return String.join(
        " ",
        List.of(Action.values()).stream()
            .filter(action -> rules.allow(principal, action, key))
            .map(Action::toString)
            .toList());
  }

  private static Principal principal(String who) {
    return who.equals("anonymous") ? new Anonymous() : new User(who);
  }

  /** Of a name, or a registry and a name with a colon between. */
  private static RepositoryKey key(String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? RepositoryKey.hosted(new RepositoryName(text))
        : RepositoryKey.mirrored(
            new RegistryName(text.substring(0, colon)),
            new RepositoryName(text.substring(colon + 1)));
  }
}
