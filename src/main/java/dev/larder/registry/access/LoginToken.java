package dev.larder.registry.access;

import java.time.Duration;
import java.time.Instant;

/**
 * A token that stands for a login.
 *
 * @param value what the client sends; a secret
 * @param issuedAt when it was made
 * @param lifetime for how long it is taken
 */
public record LoginToken(String value, Instant issuedAt, Duration lifetime) {
  @Override
  public String toString() {
    return "a token of " + issuedAt;
  }
}
