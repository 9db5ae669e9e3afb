package dev.larder.registry;

import dev.larder.oci.RegistryName;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What an access log says of a request. It has neither credentials nor the query.
 *
 * @param at when the request came
 * @param method its method
 * @param endpoint what it asked for: {@code manifest}, {@code blob}, {@code upload}, {@code tags},
 *     {@code referrers}, {@code catalog}, {@code base}, {@code token}; empty if the path isn't one
 *     of the API's
 * @param repository the repository's name in its registry
 * @param upstream the registry that the repository mirrors; empty for a hosted one
 * @param reference the tag, digest or upload
 * @param status of the answer; {@value #CLIENT_GONE} if the client left before there was one
 * @param outcome where the answer comes from
 * @param bytesSent how many bytes of the answer's body went out
 * @param whole whether those were all
 * @param bytesReceived how many bytes of the request's body were read
 * @param duration until the answer's last byte went out
 * @param remote the client's address
 * @param userAgent what the client calls itself; empty if it doesn't
 */
public record Access(
    Instant at,
    String method,
    String endpoint,
    Optional<String> repository,
    Optional<RegistryName> upstream,
    Optional<String> reference,
    int status,
    Outcome outcome,
    long bytesSent,
    boolean whole,
    long bytesReceived,
    Duration duration,
    InetSocketAddress remote,
    String userAgent) {

  /** The status of a request without an answer. Not HTTP's, but the common word for it. */
  public static final int CLIENT_GONE = 499;

  /** Where an answer comes from. */
  public enum Outcome {
    /** From a mirror's store; the upstream wasn't asked. */
    HIT,
    /** From the upstream. */
    MISS,
    /** From a mirror's store, after the upstream said that nothing has changed. */
    REVALIDATED,
    /** From a mirror's store, because the upstream couldn't be asked. */
    STALE,
    /** From what is hosted here. */
    HOSTED,
    /** It says that the upstream couldn't be asked for what isn't here. */
    UNAVAILABLE,
    /** From what was pushed over a mirrored repository, by that one's name; or put there. */
    OVERLAY,
    /** It says what is wrong. */
    ERROR
  }
}
