package dev.larder.upstream;

import java.util.Optional;

/**
 * What lets a request in. Never shown: not even by {@code toString}.
 *
 * @param value of the {@code Authorization} field
 * @param token which token it is; empty for Basic
 * @param fresh whether it was asked for just now, so that asking anew would gain nothing
 */
record Authorization(String value, Optional<TokenSource.Key> token, boolean fresh) {
  @Override
  public String toString() {
    return value.substring(0, Math.max(0, value.indexOf(' ')));
  }
}
