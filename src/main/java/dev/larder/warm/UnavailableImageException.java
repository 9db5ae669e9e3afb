package dev.larder.warm;

/** Why an image isn't here whole: a sentence for the user. */
final class UnavailableImageException extends Exception {
  private static final long serialVersionUID = 1L;

  UnavailableImageException(String message) {
    super(message);
  }
}
