package dev.larder.oci;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What content is called: an algorithm and the hash of the bytes, {@code sha256:6c3c62…}. Two equal
 * digests name the same bytes wherever they are found.
 *
 * @param algorithm one of the registered algorithms
 * @param hex the hash in lower-case hexadecimal, of the algorithm's length
 * @see <a href="https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests">OCI
 *     image specification, digests</a>
 */
public record Digest(Algorithm algorithm, String hex) implements Reference {

  /** The algorithms that the image specification registers. */
  public enum Algorithm {
    /** Every registry and client knows it; nearly all content is named by it. */
    SHA256("sha256", "SHA-256", 64),
    /** Optional in the specification. */
    SHA512("sha512", "SHA-512", 128);

    private final String prefix;
    private final String javaName;
    private final int hexLength;

    Algorithm(String prefix, String javaName, int hexLength) {
      this.prefix = prefix;
      this.javaName = javaName;
      this.hexLength = hexLength;
    }

    /** The name before the colon. */
    public String prefix() {
      return prefix;
    }

    private boolean isHex(String text) {
      return text.length() == hexLength
          && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    /** A new hash function of this algorithm. */
    public MessageDigest newHash() {
      try {
        return MessageDigest.getInstance(javaName);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has " + javaName, e);
      }
    }

    /** The digest that a finished hash of this algorithm stands for; {@code hash} is reset. */
    public Digest digest(MessageDigest hash) {
      return new Digest(this, HexFormat.of().formatHex(hash.digest()));
    }
  }

  /**
   * @throws IllegalArgumentException if {@code hex} isn't a hash of the algorithm
   */
  public Digest {
    if (!algorithm.isHex(hex)) {
      throw new IllegalArgumentException("not a " + algorithm.prefix + " digest: " + hex);
    }
  }

  /** Reads {@code algorithm:hex}; empty if it is malformed or the algorithm isn't registered. */
  public static Optional<Digest> parse(String text) {
    for (Algorithm algorithm : Algorithm.values()) {
      int colon = algorithm.prefix.length();
      if (text.length() > colon && text.startsWith(algorithm.prefix) && text.charAt(colon) == ':') {
        String hex = text.substring(colon + 1);
        return algorithm.isHex(hex) ? Optional.of(new Digest(algorithm, hex)) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** The SHA-256 digest of {@code content}. */
  public static Digest sha256(byte[] content) {
    return of(Algorithm.SHA256, content);
  }

  /** The digest of {@code content} by {@code algorithm}. */
  public static Digest of(Algorithm algorithm, byte[] content) {
    MessageDigest hash = algorithm.newHash();
    hash.update(content);
    return algorithm.digest(hash);
  }

  /** {@code algorithm:hex}, as it stands in descriptors and paths. */
  @Override
  public String toString() {
    return algorithm.prefix + ":" + hex;
  }
}
