package dev.larder.registry;

import dev.larder.http.Response;
import dev.larder.oci.ErrorCode;

/** Ends a request with an answer that says what is wrong with it. */
final class RegistryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Response response;

  RegistryException(ErrorCode code, String message) {
    this(ErrorResponses.of(code, message));
  }

  RegistryException(Response response) {
    super(null, null, false, false); // it is an answer: nobody reads its stack
    this.response = response;
  }

  Response response() {
    return response;
  }
}
