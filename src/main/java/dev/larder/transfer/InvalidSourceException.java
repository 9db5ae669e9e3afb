package dev.larder.transfer;

/** Says in a sentence for the user why nothing can be imported from where they said. */
public final class InvalidSourceException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidSourceException(String message) {
    super(message);
  }
}
