package dev.larder.upstream;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an upstream has said of how much it still lets us pull, as Docker Hub does by {@code
 * ratelimit-limit} and {@code ratelimit-remaining}: {@code 100;w=21600}.
 *
 * @param limit how many pulls it allows in a window; positive
 * @param remaining how many of them are left
 * @param window how long the window is
 * @param at when it said so
 * @see <a href="https://docs.docker.com/docker-hub/usage/pulls/">Docker Hub, pull usage and
 *     limits</a>
 */
public record RateLimit(long limit, long remaining, Duration window, Instant at) {
  /** What Docker Hub counts in where it doesn't say. */
  private static final Duration USUAL_WINDOW = Duration.ofHours(6);

  private static final Pattern FIELD =
      Pattern.compile("\\s*(\\d{1,9})\\s*(?:;\\s*w=(\\d{1,9}))?(?:[\\s;,].*)?");

  /** Reads the two header fields; empty if they say nothing of use. */
  static Optional<RateLimit> parse(String limit, String remaining, Instant at) {
    Matcher all = FIELD.matcher(limit);
    Matcher left = FIELD.matcher(remaining);
    if (!all.matches() || !left.matches() || Long.parseLong(all.group(1)) == 0) {
      return Optional.empty();
    }
    Duration window =
        Optional.ofNullable(left.group(2))
            .or(() -> Optional.ofNullable(all.group(2)))
            .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
            .orElse(USUAL_WINDOW);
    return Optional.of(
        new RateLimit(Long.parseLong(all.group(1)), Long.parseLong(left.group(1)), window, at));
  }

  /** Whether less than a tenth was left when it said so, which still counts at {@code now}. */
  public boolean isNear(Instant now) {
    return remaining * 10 < limit && now.isBefore(at.plus(window));
  }
}
