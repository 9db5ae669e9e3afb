package dev.larder.oci;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A human's name for a manifest in a repository, at most 128 characters.
 *
 * @param value the tag as it is written
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests">OCI
 *     distribution specification, pulling manifests</a>
 */
public record Tag(String value) implements Reference, Comparable<Tag> {
  private static final Pattern FORM = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

  /**
   * @throws IllegalArgumentException if {@code value} isn't a tag
   */
  public Tag {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("not a tag: " + value);
    }
  }

  /** Reads a tag; empty if {@code text} isn't one. */
  public static Optional<Tag> parse(String text) {
    return FORM.matcher(text).matches() ? Optional.of(new Tag(text)) : Optional.empty();
  }

  @Override
  public int compareTo(Tag other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
