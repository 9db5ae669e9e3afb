package dev.larder.cluster;

/** What a node's kubectl couldn't do; the message is for the user. */
public final class KubectlException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean temporary;

  KubectlException(String message, boolean temporary) {
    super(message);
    this.temporary = temporary;
  }

  /** Whether it may work later by itself, as while a cluster is being made. */
  public boolean temporary() {
    return temporary;
  }
}
