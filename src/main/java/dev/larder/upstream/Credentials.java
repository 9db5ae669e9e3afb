package dev.larder.upstream;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What we know that lets us into a registry. Never shown: not even by {@code toString}. */
sealed interface Credentials {

  /** A user and a password. */
  record Password(String username, String secret) implements Credentials {

    /** The {@code Authorization} that says so. */
    String basic() {
      return "Basic "
          + Base64.getEncoder()
              .encodeToString((username + ":" + secret).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
      return "Password";
    }
  }

  /** A token that a token endpoint gives other tokens for. */
  record IdentityToken(String token) implements Credentials {
    @Override
    public String toString() {
      return "IdentityToken";
    }
  }
}
