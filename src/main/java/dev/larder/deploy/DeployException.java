package dev.larder.deploy;

/** Why Larder can't be where it is wanted; the message is for the user, with what to do. */
public final class DeployException extends Exception {
  private static final long serialVersionUID = 1L;

  DeployException(String message) {
    super(message);
  }
}
