package dev.larder.upstream;

import dev.larder.http.Headers;
import java.net.URI;
import java.util.Optional;

/**
 * A request on its way out.
 *
 * @param authorization what lets it in there, and only there
 * @param form the body of a POST, encoded as a form
 */
record OutgoingRequest(
    String method,
    URI uri,
    Headers headers,
    Optional<String> authorization,
    Optional<String> form) {

  static OutgoingRequest of(String method, URI uri, Headers headers) {
    return new OutgoingRequest(method, uri, headers, Optional.empty(), Optional.empty());
  }

  OutgoingRequest authorized(Optional<String> by) {
    return new OutgoingRequest(method, uri, headers, by, form);
  }

  OutgoingRequest to(URI elsewhere) {
    return new OutgoingRequest(method, elsewhere, headers, authorization, form);
  }

  /** Without credentials, and without the query, which may be one. */
  @Override
  public String toString() {
    return method + " " + uri.getScheme() + "://" + uri.getAuthority();
  }
}
