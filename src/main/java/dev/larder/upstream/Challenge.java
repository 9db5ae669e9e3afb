package dev.larder.upstream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A way in that a server offers beside its 401.
 *
 * @param scheme in lower case: {@code bearer}, {@code basic}
 * @param parameters by their names in lower case
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110.html#section-11.6.1">RFC 9110,
 *     WWW-Authenticate</a>
 */
record Challenge(String scheme, Map<String, String> parameters) {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final Pattern PARAMETER =
      Pattern.compile("\\s*(" + TOKEN + ")\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,\"]*))");
  private static final Pattern SCHEME =
      Pattern.compile(
          "\\s*(" + TOKEN + ")(?:\\s+(?:[A-Za-z0-9._~+/-]+=*\\s*(?=,|$))?|(?=\\s*,|$))");
  private static final Pattern COMMAS = Pattern.compile("[\\s,]*+");

  Challenge {
    parameters = Map.copyOf(parameters);
  }

  /**
   * Reads all challenges of all {@code WWW-Authenticate} fields of an answer. What can't be read
   * ends its field.
   */
  static List<Challenge> parse(List<String> fields) {
    List<Challenge> challenges = new ArrayList<>();
    for (String field : fields) {
      parse(field, challenges);
    }
    return challenges;
  }

  private static void parse(String field, List<Challenge> challenges) {
    Matcher matcher = COMMAS.matcher(field);
    int at = skip(matcher, 0);
    while (at < field.length()) {
      matcher.usePattern(SCHEME).region(at, field.length());
      if (!matcher.lookingAt()) {
        return;
      }
      String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
      at = skip(matcher, matcher.end());
      Map<String, String> parameters = new HashMap<>();
      while (matcher.usePattern(PARAMETER).region(at, field.length()).lookingAt()) {
        String quoted = matcher.group(2);
        parameters.putIfAbsent(
            matcher.group(1).toLowerCase(Locale.ROOT),
            quoted == null ? matcher.group(3) : quoted.replaceAll("\\\\(.)", "$1"));
        at = skip(matcher, matcher.end());
      }
      challenges.add(new Challenge(scheme, parameters));
    }
  }

  private static int skip(Matcher matcher, int from) {
    matcher.usePattern(COMMAS).region(from, matcher.regionEnd());
    return matcher.lookingAt() ? matcher.end() : from;
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
  }
}
