package dev.larder.runtimes;

/** A file that can't be merged into; the message says what is in the way, and what to do. */
public final class MergeException extends Exception {
  private static final long serialVersionUID = 1L;

  MergeException(String message) {
    super(message);
  }
}
