package dev.larder.oci;

import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * The name of a repository inside its registry: lower-case path parts joined by slashes, at most
 * 255 characters.
 *
 * @param value the name as it stands in request paths
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests">OCI
 *     distribution specification, pulling manifests</a>
 */
public record RepositoryName(String value) implements Comparable<RepositoryName> {
  private static final int MAX_LENGTH = 255;

  /**
   * @throws IllegalArgumentException if {@code value} isn't a repository's name
   */
  public RepositoryName {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a repository name: " + value);
    }
  }

  /** Reads a name; empty if {@code text} isn't one. */
  public static Optional<RepositoryName> parse(String text) {
    return isValid(text) ? Optional.of(new RepositoryName(text)) : Optional.empty();
  }

  /**
   * By the grammar of the specification: letters and digits, with one separator between any two
   * runs of them. Each request names a repository, and an expression takes ten times as long.
   */
  private static boolean isValid(String text) {
    if (text.length() > MAX_LENGTH) {
      return false;
    }
    int run = 0;
    int end = endOf(text, run, RepositoryName::isLetterOrDigit);
    while (end > run && end < text.length()) {
      run = endOfSeparator(text, end);
      end = endOf(text, run, RepositoryName::isLetterOrDigit);
    }
    return end > run;
  }

  /** Where the characters of a kind end that stand at {@code from}: there, if none does. */
  private static int endOf(String text, int from, IntPredicate kind) {
    int end = from;
    while (end < text.length() && kind.test(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /** A lower-case letter or a digit, in ASCII. */
  static boolean isLetterOrDigit(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  /** Where the separator ends that begins at {@code from}: there, if none does. */
  private static int endOfSeparator(String text, int from) {
    return switch (text.charAt(from)) {
      case '/', '.' -> from + 1;
      case '_' -> from + (text.startsWith("__", from) ? 2 : 1);
      case '-' -> endOf(text, from, c -> c == '-');
      default -> from;
    };
  }

  @Override
  public int compareTo(RepositoryName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
