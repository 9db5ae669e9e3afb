package dev.larder.cli;

import dev.larder.registry.access.AccessSettings;
import dev.larder.registry.access.Action;
import dev.larder.registry.access.Rule;
import dev.larder.registry.access.TokenSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the configuration file says of who may do what; docs/access.md describes it.
 *
 * @param htpasswd the users' file
 * @param anonymousPull whether pulls need no login where no rule says so
 * @param rules for parts of the registry
 * @param tokens whose tokens are taken
 */
record AccessEntry(
    Optional<Path> htpasswd,
    boolean anonymousPull,
    List<Rule> rules,
    Optional<TokenSettings> tokens) {

  /** What stands where the file says nothing. */
  static final AccessEntry NONE =
      new AccessEntry(Optional.empty(), true, List.of(), Optional.empty());

  private static final String DEFAULT_AUDIENCE = "larder";

  /**
   * Reads {@code auth}.
   *
   * @throws CommandException if something in it is wrong; the message names the line
   */
  static AccessEntry of(YamlMapping auth) throws CommandException {
    auth.allowOnly(List.of("htpasswd-file", "anonymous", "rules", "tokens"));
    return new AccessEntry(
        auth.text("htpasswd-file").map(Path::of), anonymousPull(auth), rules(auth), tokens(auth));
  }

  /**
   * What serving needs of it.
   *
   * @param flag the users' file that a flag names; it wins
   * @throws CommandException if somebody would have to log in, but nobody can
   */
  AccessSettings settings(Optional<Path> flag) throws CommandException {
    try {
      return new AccessSettings(flag.or(() -> htpasswd), tokens, anonymousPull, rules);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("auth: " + e.getMessage());
    }
  }

  private static boolean anonymousPull(YamlMapping auth) throws CommandException {
    return switch (auth.text("anonymous").orElse("pull")) {
      case "pull" -> true;
      case "none" -> false;
      default -> throw auth.error("anonymous", "anonymous is pull or none");
    };
  }

  private static List<Rule> rules(YamlMapping auth) throws CommandException {
    List<Rule> rules = new ArrayList<>();
    for (YamlMapping entry : auth.mappings("rules")) {
      entry.allowOnly(List.of("prefix", "pull", "push", "delete"));
      Optional<String> prefix = entry.text("prefix");
      if (prefix.isEmpty()) {
        throw auth.error("rules", "each rule has a prefix; \"\" stands for all repositories");
      }
      Rule rule = new Rule(prefix.get(), who(entry));
      if (rules.stream().anyMatch(other -> other.prefix().equals(rule.prefix()))) {
        throw entry.error("prefix", "there is another rule for \"%s\"".formatted(rule.prefix()));
      }
      rules.add(rule);
    }
    return rules;
  }

  private static Map<Action, Set<String>> who(YamlMapping entry) throws CommandException {
    Map<Action, Set<String>> who = new EnumMap<>(Action.class);
    for (Action action : Action.values()) {
      if (entry.keys().contains(action.toString())) {
        who.put(action, Set.copyOf(entry.texts(action.toString())));
      }
    }
    return who;
  }

  private static Optional<TokenSettings> tokens(YamlMapping auth) throws CommandException {
    if (!auth.keys().contains("tokens")) {
      return Optional.empty();
    }
    YamlMapping tokens = auth.mapping("tokens");
    tokens.allowOnly(List.of("issuer", "audience", "realm", "jwks-url", "jwks-file"));
    Optional<URI> url = url(tokens, "jwks-url");
    Optional<URI> file = tokens.text("jwks-file").map(path -> Path.of(path).toUri());
    Optional<String> issuer = tokens.text("issuer");
    Optional<URI> realm = url(tokens, "realm");
    if (issuer.isEmpty() || realm.isEmpty() || url.isPresent() == file.isPresent()) {
      throw auth.error("tokens", "tokens need issuer, realm, and one of jwks-url and jwks-file");
    }
    String audience = tokens.text("audience").orElse(DEFAULT_AUDIENCE);
    if (audience.indexOf('"') >= 0) {
      throw tokens.error("audience", "audience can't have quotation marks");
    }
    return Optional.of(
        new TokenSettings(issuer.get(), audience, realm.get(), url.or(() -> file).orElseThrow()));
  }

  private static Optional<URI> url(YamlMapping tokens, String key) throws CommandException {
    Optional<String> text = tokens.text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      URI url = new URI(text.get());
      if (("https".equals(url.getScheme()) || "http".equals(url.getScheme()))
          && url.getHost() != null) {
        return Optional.of(url);
      }
    } catch (URISyntaxException e) {
      // told below, in the words of the file
    }
    throw tokens.error(key, key + " is an https:// or http:// URL");
  }
}
