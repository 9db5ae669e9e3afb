package dev.larder.oci;

/** Bytes that were to be a manifest and aren't one; the message says what is wrong with them. */
public final class InvalidManifestException extends Exception {
  private static final long serialVersionUID = 1L;

  public InvalidManifestException(String message) {
    super(message);
  }
}
