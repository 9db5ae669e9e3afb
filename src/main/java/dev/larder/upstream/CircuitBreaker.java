package dev.larder.upstream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Leaves hosts alone for a while that cost whoever asks them a wait in vain, or that ask for it
 * themselves by {@code Retry-After}. When the while is over, one request tries again; the others
 * wait for how that ends no longer than for an error. What fails at once, a refused connection for
 * one, is asked each time: it costs nothing.
 *
 * <p>By host and port, so that a storage that registries redirect to, and a token server, are each
 * judged by what they do. Safe for use by many threads; never blocks.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110.html#section-10.2.3">RFC 9110,
 *     Retry-After</a>
 */
final class CircuitBreaker {
  /** How often a host may let a request wait in vain before it is left alone. */
  private static final int STRIKES = 3;

  private static final Duration SHORTEST = Duration.ofSeconds(5);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** For how long a host may ask to be left alone: a whim of one mustn't cost a day. */
  private static final Duration LONGEST_WISH = Duration.ofMinutes(15);

  /** What takes longer isn't counted as having failed at once. */
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  private static final int MAX_HOSTS = 1024;

  /**
   * A host in trouble.
   *
   * @param strikes how many requests in a row have waited in vain
   * @param pause for how long it was left alone last; zero if it wasn't yet
   * @param until until when it is left alone
   */
  private record Trouble(int strikes, Duration pause, Instant until, IOException cause) {}

  private final InstantSource clock;

  /** Only those in trouble are in it: as a rule, nobody. */
  private final Cache<String, Trouble> troubles =
      Caffeine.newBuilder().maximumSize(MAX_HOSTS).build();

  CircuitBreaker(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Lets a request through, or doesn't.
   *
   * @return when it set out
   * @throws LeftAloneException if the host is left alone
   */
  Instant before(String host) throws LeftAloneException {
    Instant now = clock.instant();
    @Nullable Trouble trouble = troubles.getIfPresent(key(host));
    if (trouble == null || trouble.pause.isZero()) {
      return now;
    }
    if (!now.isBefore(trouble.until)) {
      // Whoever puts this in place is the one who tries again.
      Trouble tried =
          new Trouble(trouble.strikes, trouble.pause, now.plus(trouble.pause), trouble.cause);
      if (troubles.asMap().replace(key(host), trouble, tried)) {
        return now;
      }
      trouble = tried;
    }
    throw new LeftAloneException(trouble.cause, Duration.between(now, trouble.until));
  }

  /** Whether a request to the host would be turned away now. */
  boolean leavesAlone(String host) {
    @Nullable Trouble trouble = troubles.getIfPresent(key(host));
    return trouble != null && !trouble.pause.isZero() && clock.instant().isBefore(trouble.until);
  }

  /** Takes note that a host has answered. */
  void answered(String host, int status, Optional<Duration> retryAfter) {
    if ((status == 429 || status == 503) && retryAfter.filter(d -> !d.isZero()).isPresent()) {
      Duration pause = min(retryAfter.get(), LONGEST_WISH);
      troubles.put(
          key(host),
          new Trouble(
              0,
              pause,
              clock.instant().plus(pause),
              new UpstreamException("it answered %d and asked for that".formatted(status))));
    } else if (troubles.getIfPresent(key(host)) != null) {
      troubles.invalidate(key(host));
    }
  }

  /** Takes note that a host has not answered a request that set out at {@code begun}. */
  void failed(String host, Instant begun, IOException cause) {
    Instant now = clock.instant();
    boolean ownDoing =
        cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException);
    boolean waited =
        cause instanceof SocketTimeoutException
            || Duration.between(begun, now).compareTo(AT_ONCE) > 0;
    if (waited && !ownDoing) {
      // Where not even a connection came about, nobody is there; silence may be of one request.
      int weight = cause instanceof ConnectTimeoutException ? STRIKES : 1;
      troubles
          .asMap()
          .compute(key(host), (_, known) -> next(Optional.ofNullable(known), weight, now, cause));
    }
  }

  private static Trouble next(Optional<Trouble> known, int weight, Instant now, IOException cause) {
    int strikes = known.map(Trouble::strikes).orElse(0) + weight;
    Duration last = known.map(Trouble::pause).orElse(Duration.ZERO);
    if (strikes < STRIKES && last.isZero()) {
      return new Trouble(strikes, Duration.ZERO, now, cause);
    }
    Duration pause = last.isZero() ? SHORTEST : min(last.multipliedBy(2), LONGEST);
    return new Trouble(STRIKES, pause, now.plus(pause), cause);
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static String key(String host) {
    return host.toLowerCase(Locale.ROOT);
  }
}
