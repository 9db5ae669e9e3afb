package dev.larder.registry.access;

import java.net.InetAddress;
import java.util.Optional;

/**
 * What a request has to show.
 *
 * @param authorization the header field of that name; a secret
 * @param from the client's address
 */
public record Credentials(Optional<String> authorization, InetAddress from) {
  @Override
  public String toString() {
    return (authorization.isPresent() ? "credentials" : "no credentials") + " from " + from;
  }
}
