package dev.larder.registry.access;

import dev.larder.store.RepositoryKey;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * What each may do where. The rule with the longest prefix counts, alone; for what it doesn't say
 * and where there is none, whoever has logged in may do anything, and others may pull if {@code
 * anonymousPull}. No I/O.
 */
final class Rules {
  private final List<Rule> longestFirst;
  private final boolean anonymousPull;

  Rules(List<Rule> rules, boolean anonymousPull) {
    this.longestFirst =
        rules.stream()
            .sorted(Comparator.comparingInt((Rule rule) -> rule.prefix().length()).reversed())
            .toList();
    this.anonymousPull = anonymousPull;
  }

  boolean anonymousPull() {
    return anonymousPull;
  }

  boolean allow(Principal principal, Action action, RepositoryKey repository) {
    return switch (principal) {
      case Principal.Anonymous() -> who(action, repository).contains(Rule.ANONYMOUS);
      case Principal.User(String name) -> {
        Set<String> who = who(action, repository);
        yield who.contains(name)
            || who.contains(Rule.AUTHENTICATED)
            || who.contains(Rule.ANONYMOUS);
      }
      case Principal.Bearer bearer ->
          bearer.may(action, repository) || who(action, repository).contains(Rule.ANONYMOUS);
    };
  }

  private Set<String> who(Action action, RepositoryKey repository) {
    String name = repository.toString();
    for (Rule rule : longestFirst) {
      if (rule.covers(name)) {
        return rule.who().getOrDefault(action, otherwise(action));
      }
    }
    return otherwise(action);
  }

  private Set<String> otherwise(Action action) {
    return Set.of(anonymousPull && action == Action.PULL ? Rule.ANONYMOUS : Rule.AUTHENTICATED);
  }
}
