package dev.larder.registry.access;

import dev.larder.store.RepositoryKey;
import java.util.List;
import java.util.Set;

/** Who asks. */
public sealed interface Principal {

  /** Whoever hasn't said who it is. */
  record Anonymous() implements Principal {}

  /**
   * Somebody whose rights the rules tell.
   *
   * @param name of the password file, or the subject of a token
   */
  record User(String name) implements Principal {}

  /**
   * Somebody whose rights the issuer of a token has decided.
   *
   * @param grants all that the token allows
   */
  record Bearer(List<Grant> grants) implements Principal {
    /** Whether the token allows that. */
    boolean may(Action action, RepositoryKey repository) {
      return grants.stream().anyMatch(grant -> grant.allows(action, repository));
    }
  }

  /**
   * What a token allows in one repository.
   *
   * @param repository its full name
   * @param actions by name, or {@code *} for all
   * @see <a href="https://distribution.github.io/distribution/spec/auth/jwt/">Distribution, token
   *     authentication: the access claim</a>
   */
  record Grant(String repository, Set<String> actions) {
    boolean allows(Action action, RepositoryKey asked) {
      return repository.equals(asked.toString())
          && (actions.contains(action.toString()) || actions.contains("*"));
    }
  }
}
