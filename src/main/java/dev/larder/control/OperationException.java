package dev.larder.control;

/** Says in a sentence for the user why an operation couldn't be done. */
public final class OperationException extends Exception {
  private static final long serialVersionUID = 1L;

  public OperationException(String message) {
    super(message);
  }
}
