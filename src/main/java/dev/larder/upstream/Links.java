package dev.larder.upstream;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The next page that a {@code Link} field points to.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8288.html#section-3">RFC 8288, Link</a>
 */
final class Links {
  private static final Pattern TARGET = Pattern.compile("[\\s,]*+<([^>]*+)>");
  private static final Pattern PARAMETER =
      Pattern.compile(
          "\\s*+;\\s*+([^\\s=;,\"<]++)\\s*+(?:=\\s*+(?:\"([^\"]*+)\"|([^\\s;,\"<]*+)))?");
  private static final Pattern SPACES = Pattern.compile("\\s+");

  private Links() {}

  /**
   * The query of the first link whose relation is {@code next}; empty if there is none. Nothing but
   * the query counts: where the list is, we know ourselves.
   */
  static Optional<String> next(List<String> fields) {
    return fields.stream().flatMap(field -> next(field).stream()).findFirst();
  }

  private static Optional<String> next(String field) {
    Matcher matcher = TARGET.matcher(field);
    int at = 0;
    while (matcher.usePattern(TARGET).region(at, field.length()).lookingAt()) {
      String target = matcher.group(1).replaceFirst("#.*$", "");
      at = matcher.end();
      boolean next = false;
      while (matcher.usePattern(PARAMETER).region(at, field.length()).lookingAt()) {
        next |= matcher.group(1).equalsIgnoreCase("rel") && isNext(matcher);
        at = matcher.end();
      }
      if (next) {
        int question = target.indexOf('?');
        return Optional.of(target.substring(question + 1)).filter(query -> question >= 0);
      }
    }
    return Optional.empty();
  }

  private static boolean isNext(Matcher parameter) {
    String value = parameter.group(2) == null ? parameter.group(3) : parameter.group(2);
    return value != null && SPACES.splitAsStream(value).anyMatch("next"::equalsIgnoreCase);
  }
}
