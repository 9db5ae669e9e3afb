package dev.larder.upstream;

import java.io.IOException;

/** Why an upstream couldn't be asked; the message may be shown as it is. */
final class UpstreamException extends IOException {
  private static final long serialVersionUID = 1L;

  UpstreamException(String message) {
    super(message);
  }

  UpstreamException(String message, Throwable cause) {
    super(message, cause);
  }
}
