package dev.larder.registry.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HtpasswdTest {
  /** Of "U*U", from the vectors that came with bcrypt. */
  private static final String HASH = "$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

  @ParameterizedTest
  @ValueSource(strings = {"$2a", "$2b", "$2y"})
  void knowsTheHashesOfOtherPrograms(String version) {
    Htpasswd users = Htpasswd.parse("# people\n\nalice:" + version + HASH + "\n");
    String hash = users.hash("alice").orElseThrow();
    assertThat(Htpasswd.matches("U*U", hash)).isTrue();
    assertThat(Htpasswd.matches("U*V", hash)).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bob:$apr1$r31.....$HqJZimcKQFAMYayBlzkrA/ | bcrypt",
        "bob:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g= | bcrypt",
        "bob:$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW | bcrypt",
        "bob:secret | bcrypt",
        "bob | NAME:HASH",
        ":$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW | name",
        "anonymous:$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW | meaning of its"
            + " own",
        "alice:$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW | twice",
      })
  void aWrongLineIsNamedAndNotShown(String line, String reason) {
    assertThatThrownBy(() -> Htpasswd.parse("alice:$2y" + HASH + "\n\n" + line))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("line 3: ")
        .hasMessageContaining(reason)
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("$");
  }

  @Test
  void usersAreAddedChangedAndRemovedAndTheRestStays() {
    Htpasswd users = Htpasswd.parse("# people\nalice:$2y" + HASH + "\n");
    Htpasswd more = users.with("bob", "b").with("alice", "new");
    assertThat(more.users()).containsExactly("alice", "bob");
    assertThat(more.text()).startsWith("# people\nalice:$2y$10$").endsWith("\n");
    assertThat(Htpasswd.matches("new", more.hash("alice").orElseThrow())).isTrue();
    assertThat(more.without("bob").without("alice").text()).isEqualTo("# people\n");
    assertThat(Htpasswd.parse(more.text()).users()).isEqualTo(more.users());
  }

  @ParameterizedTest
  @CsvSource({"a:b, p", "#a, p", "authenticated, p", "'', p", "a, ''"})
  void whatCannotBeIsNotAdded(String name, String password) {
    assertThatThrownBy(() -> Htpasswd.EMPTY.with(name, password))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPasswordOfWhichNotAllWouldCountIsNotAdded() {
    assertThat(Htpasswd.EMPTY.with("a", "x".repeat(72)).users()).hasSize(1);
    assertThatThrownBy(() -> Htpasswd.EMPTY.with("a", "x".repeat(73)))
        .hasMessageContaining("72 bytes");
  }
}
