package dev.larder.notify;

import dev.larder.http.Headers;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Who is to be notified, and how.
 *
 * @param name for logs and metrics
 * @param url where to post; may have a user and a password, which are never shown
 * @param headers fields of each request; never shown
 * @param timeout how long the answer may take
 * @param threshold how many failures in a row it takes to wait before the next attempt
 * @param backoff for how long then
 * @param ignoredMediaTypes of whose content nothing is told
 * @param ignoredActions which aren't told
 * @see <a href="https://distribution.github.io/distribution/about/configuration/#notifications">
 *     Distribution, configuring a registry: notifications</a>
 */
public record EndpointSettings(
    String name,
    URI url,
    Headers headers,
    Duration timeout,
    int threshold,
    Duration backoff,
    Set<String> ignoredMediaTypes,
    Set<String> ignoredActions) {
  /** What holds where nothing is said, as in distribution. */
  public static final Duration USUAL_TIMEOUT = Duration.ofSeconds(1);

  /** As {@link #USUAL_TIMEOUT}. */
  public static final int USUAL_THRESHOLD = 10;

  /** As {@link #USUAL_TIMEOUT}. */
  public static final Duration USUAL_BACKOFF = Duration.ofSeconds(1);

  /**
   * @throws IllegalArgumentException if a header can't be sent; the message doesn't have its value
   */
  public EndpointSettings {
    ignoredMediaTypes = Set.copyOf(ignoredMediaTypes);
    ignoredActions = Set.copyOf(ignoredActions);
    headers.forEach(EndpointSettings::check);
  }

  private static void check(String header, String value) {
    try {
      HttpRequest.newBuilder().header(header, value);
    } catch (IllegalArgumentException e) {
      // Whose own words may repeat the value, a secret.
      throw new IllegalArgumentException("the header \"%s\" can't be sent".formatted(header));
    }
  }

  /** Where to post: the URL as it is written, without user, password and fragment. */
  URI address() {
    return URI.create(url.toString().replaceFirst("//[^/?#@]*@", "//").replaceFirst("#.*", ""));
  }

  /** User and password of the URL. */
  Optional<String> userInfo() {
    return Optional.ofNullable(url.getUserInfo());
  }

  /** Without what may be a secret. */
  @Override
  public String toString() {
    return "%s (%s)".formatted(name, url.getHost());
  }
}
