package dev.larder.registry.access;

import java.util.Map;
import java.util.Set;

/**
 * Who may do what in some repositories.
 *
 * @param prefix the first parts of the full names of the repositories: {@code team} or {@code
 *     team/} stands for {@code team} and {@code team/app}, not for {@code teams}; {@code quay.io}
 *     for all that is mirrored from there; the empty text for all
 * @param who for an action, the names of users, {@link #ANONYMOUS} or {@link #AUTHENTICATED}; what
 *     isn't here is as where no rule is
 */
public record Rule(String prefix, Map<Action, Set<String>> who) {
  /** Everybody, with or without a login. */
  public static final String ANONYMOUS = "anonymous";

  /** Everybody who has logged in. */
  public static final String AUTHENTICATED = "authenticated";

  public Rule {
    prefix = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    who = Map.copyOf(who);
  }

  boolean covers(String repository) {
    return prefix.isEmpty() || repository.equals(prefix) || repository.startsWith(prefix + "/");
  }
}
