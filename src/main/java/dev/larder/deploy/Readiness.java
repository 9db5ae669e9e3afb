package dev.larder.deploy;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Waits until Larder serves.
 *
 * @param clock tells the time
 * @param pause how the time until the next look passes
 */
public record Readiness(InstantSource clock, Pause pause) {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final int ANSWER_MILLIS = 2000;

  /** Lets time pass. */
  @FunctionalInterface
  public interface Pause {
    void sleep(Duration duration) throws InterruptedException;
  }

  /** Looks whether it serves. */
  @FunctionalInterface
  interface Look {
    /**
     * Looks once.
     *
     * @return empty if it serves, else what there is to see instead
     * @throws DeployException if it won't any more
     */
    Optional<String> now() throws IOException, DeployException;
  }

  /** One with the machine's own time. */
  public static Readiness usual() {
    return new Readiness(InstantSource.system(), Thread::sleep);
  }

  /**
   * Looks until it serves.
   *
   * @param what what is waited for, for the message
   * @throws DeployException if it doesn't within a minute, or won't any more
   */
  void await(String what, Look look) throws IOException, DeployException, InterruptedException {
    Instant end = clock.instant().plus(PATIENCE);
    while (true) {
      Optional<String> missing = look.now();
      if (missing.isEmpty()) {
        return;
      }
      if (clock.instant().isAfter(end)) {
        throw new DeployException(
            "%s hasn't become ready within %d seconds: %s"
                .formatted(what, PATIENCE.toSeconds(), missing.get()));
      }
      pause.sleep(BETWEEN_LOOKS);
    }
  }

  /** Whether the registry at {@code url} answers, with or without asking for a login. */
  static Optional<String> answer(URI url) {
    try {
      HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
      connection.setConnectTimeout(ANSWER_MILLIS);
      connection.setReadTimeout(ANSWER_MILLIS);
      try {
        int status = connection.getResponseCode();
        return status == HttpURLConnection.HTTP_OK || status == HttpURLConnection.HTTP_UNAUTHORIZED
            ? Optional.empty()
            : Optional.of("%s answers with status %d".formatted(url, status));
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return Optional.of("%s doesn't answer (%s)".formatted(url, e.getMessage()));
    }
  }
}
