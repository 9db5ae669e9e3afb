package dev.larder.oci;

import java.util.Optional;

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
    int end = endOfRun(text, run);
    while (end > run && end < text.length()) {
      run = endOfSeparator(text, end);
      end = endOfRun(text, run);
    }
    return end > run;
  }

  private static int endOfRun(String text, int from) {
    int end = from;
    while (end < text.length() && isLetterOrDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }

  /** Where the separator ends that begins at {@code from}: there, if none does. */
  private static int endOfSeparator(String text, int from) {
    return switch (text.charAt(from)) {
      case '/', '.' -> from + 1;
      case '_' -> from + (text.startsWith("__", from) ? 2 : 1);
      case '-' -> endOfHyphens(text, from);
      default -> from;
    };
  }

  private static int endOfHyphens(String text, int from) {
    int end = from;
    while (end < text.length() && text.charAt(end) == '-') {
      end++;
    }
    return end;
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
