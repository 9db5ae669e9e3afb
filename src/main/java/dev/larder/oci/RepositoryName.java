package dev.larder.oci;

import java.util.Optional;
import java.util.regex.Pattern;

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
  private static final String PART = "[a-z0-9]++(?:(?:\\.|__?|-++)[a-z0-9]++)*+";
  private static final Pattern FORM = Pattern.compile(PART + "(?:/" + PART + ")*+");

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

  private static boolean isValid(String text) {
    return text.length() <= MAX_LENGTH && FORM.matcher(text).matches();
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
