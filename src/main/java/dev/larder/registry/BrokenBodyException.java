package dev.larder.registry;

import java.io.IOException;

/**
 * A request's body can't be read to its end. No answer can reach the client any more, unless the
 * cause is that the body is malformed.
 */
final class BrokenBodyException extends IOException {
  private static final long serialVersionUID = 1L;

  BrokenBodyException(IOException cause) {
    super(cause);
  }
}
