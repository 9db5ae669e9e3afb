package dev.larder.store;

import dev.larder.oci.Digest;

/** Bytes that came under a digest and aren't the ones it names. */
public final class DigestMismatchException extends Exception {
  private static final long serialVersionUID = 1L;

  public DigestMismatchException(Digest expected, Digest actual) {
    super("the content is %s, not %s".formatted(actual, expected));
  }
}
