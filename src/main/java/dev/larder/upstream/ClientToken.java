package dev.larder.upstream;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A token that a client has of an upstream, to be passed on to that one while the client's request
 * is answered. Never kept, and never shown: not even by {@code toString}.
 */
public final class ClientToken {
  /** The syntax of RFC 6750, section 2.1. */
  private static final Pattern BEARER =
      Pattern.compile("bearer +([A-Za-z0-9._~+/-]+=*) *", Pattern.CASE_INSENSITIVE);

  private static final JsonMapper JSON = new JsonMapper();

  private final String value;
  private final String id;

  private ClientToken(String value) {
    this.value = value;
    this.id = Digest.sha256(value.getBytes(StandardCharsets.US_ASCII)).hex();
  }

  /** The token of an {@code Authorization} field; empty if it has something else. */
  public static Optional<ClientToken> parse(String authorization) {
    Matcher bearer = BEARER.matcher(authorization);
    return bearer.matches() ? Optional.of(new ClientToken(bearer.group(1))) : Optional.empty();
  }

  /** By what it is known again: a digest, of which nobody gets the token. */
  public String id() {
    return id;
  }

  /**
   * When it says that it expires; empty if it doesn't, or isn't a JWT. That isn't verified: it is
   * of use only for a token that its upstream takes.
   */
  public Optional<Instant> expires() {
    String[] parts = value.split("\\.", -1);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      long seconds =
          JSON.readTree(Base64.getUrlDecoder().decode(parts[1])).path("exp").asLong(Long.MIN_VALUE);
      return seconds < 0 || seconds > Instant.MAX.getEpochSecond()
          ? Optional.empty()
          : Optional.of(Instant.ofEpochSecond(seconds));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The {@code Authorization} field of a request to the upstream. */
  String authorization() {
    return "Bearer " + value;
  }

  @Override
  public String toString() {
    return "a client's token";
  }
}
