package dev.larder.cluster.doctor;

/** Says why a check can't be made; its message is for the user. */
final class CheckException extends Exception {
  private static final long serialVersionUID = 1L;

  CheckException(String message) {
    super(message);
  }
}
