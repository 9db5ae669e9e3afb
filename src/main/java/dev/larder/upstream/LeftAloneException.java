package dev.larder.upstream;

import java.io.IOException;
import java.time.Duration;

/** A host wasn't asked, since it is in trouble or wants to be left alone. */
final class LeftAloneException extends IOException {
  private static final long serialVersionUID = 1L;

  private final IOException trouble;
  private final Duration rest;

  /**
   * @param trouble why it is left alone
   * @param rest for how long it still is
   */
  LeftAloneException(IOException trouble, Duration rest) {
    super("left alone", trouble);
    this.trouble = trouble;
    this.rest = rest;
  }

  IOException trouble() {
    return trouble;
  }

  Duration rest() {
    return rest;
  }
}
