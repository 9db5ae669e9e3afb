package dev.larder.registry.access;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Who may do what. Without a password file and tokens nobody can log in, and so everybody may do
 * everything.
 *
 * @param passwords the users, in Apache's form with bcrypt
 * @param tokens whose tokens are taken
 * @param anonymousPull whether who hasn't logged in may pull, where no rule says
 * @param rules for parts of the registry; no two have the same prefix
 */
public record AccessSettings(
    Optional<Path> passwords,
    Optional<TokenSettings> tokens,
    boolean anonymousPull,
    List<Rule> rules) {
  /** Everybody may do everything. */
  public static final AccessSettings OPEN =
      new AccessSettings(Optional.empty(), Optional.empty(), true, List.of());

  /**
   * @throws IllegalArgumentException if nobody can log in, but somebody would have to
   */
  public AccessSettings {
    rules = List.copyOf(rules);
    if (passwords.isEmpty() && tokens.isEmpty() && !(anonymousPull && rules.isEmpty())) {
      throw new IllegalArgumentException(
          "rules, or no pulls without a login, need a password file or tokens");
    }
  }

  boolean isOpen() {
    return passwords.isEmpty() && tokens.isEmpty();
  }
}
