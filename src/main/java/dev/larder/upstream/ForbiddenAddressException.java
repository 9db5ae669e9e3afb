package dev.larder.upstream;

import java.net.UnknownHostException;

/** A host that we don't connect to; the message, which may be shown, says why and what to do. */
final class ForbiddenAddressException extends UnknownHostException {
  private static final long serialVersionUID = 1L;

  ForbiddenAddressException(String message) {
    super(message);
  }
}
