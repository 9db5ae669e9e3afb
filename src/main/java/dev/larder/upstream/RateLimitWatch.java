package dev.larder.upstream;

import dev.larder.oci.RegistryName;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what an upstream said last of its rate limit, and tells when that comes near. */
final class RateLimitWatch {
  private static final Logger LOG = LoggerFactory.getLogger(RateLimitWatch.class);

  private final RegistryName upstream;
  private final InstantSource clock;
  private volatile Optional<RateLimit> last = Optional.empty();

  RateLimitWatch(RegistryName upstream, InstantSource clock) {
    this.upstream = upstream;
    this.clock = clock;
  }

  /** Takes note of what an answer says; most say nothing. */
  void saw(Exchange exchange) {
    Optional<RateLimit> said =
        exchange
            .header("ratelimit-limit")
            .flatMap(
                limit ->
                    exchange
                        .header("ratelimit-remaining")
                        .flatMap(left -> RateLimit.parse(limit, left, clock.instant())));
    if (said.isEmpty()) {
      return;
    }
    boolean wasNear = isNear(last);
    last = said;
    if (isNear(said) && !wasNear) {
      LOG.warn(
          "{} allows {} more of {} pulls in {} minutes; its tags are asked for less often until"
              + " more are left. A login raises the limit",
          upstream,
          said.get().remaining(),
          said.get().limit(),
          said.get().window().toMinutes());
    } else if (wasNear && !isNear(said)) {
      LOG.info(
          "{} allows {} of {} pulls again; its tags are asked for as usual",
          upstream,
          said.get().remaining(),
          said.get().limit());
    }
  }

  Optional<RateLimit> last() {
    return last;
  }

  private boolean isNear(Optional<RateLimit> limit) {
    return limit.filter(known -> known.isNear(clock.instant())).isPresent();
  }
}
