package dev.larder.upstream;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Follows redirects, as registries that keep their blobs elsewhere need it. A credential stays with
 * the scheme, host and port that it was meant for. Each hop passes the {@link AddressGuard}.
 *
 * @param downgrades whether https may lead to http
 */
record Redirects(Transport transport, boolean downgrades) {
  private static final int MAX_REDIRECTS = 5;
  private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

  /**
   * Sends a request, and again where it is sent on to.
   *
   * @throws UpstreamException if a redirect can't or mustn't be followed; the message names the
   *     host alone, since the rest of such a URL is often signed
   */
  Exchange follow(OutgoingRequest request) throws IOException {
    OutgoingRequest current = request;
    for (int hops = 0; ; hops++) {
      Exchange exchange = transport.send(current);
      if (!STATUSES.contains(exchange.status()) || request.form().isPresent()) {
        return exchange;
      }
      Optional<String> location = exchange.header("Location").filter(to -> !to.isBlank());
      exchange.drain();
      if (hops == MAX_REDIRECTS) {
        throw new UpstreamException("redirected more than %d times".formatted(MAX_REDIRECTS));
      }
      URI next = target(current.uri(), location);
      current =
          sameOrigin(current.uri(), next)
              ? current.to(next)
              : current.to(next).authorized(Optional.empty());
    }
  }

  private URI target(URI from, Optional<String> location) throws UpstreamException {
    URI to;
    try {
      to = from.resolve(new URI(location.orElse("")));
    } catch (URISyntaxException e) {
      throw new UpstreamException("redirected to what isn't a URL"); // the cause would quote it
    }
    boolean secure = "https".equals(to.getScheme());
    if (location.isEmpty() || !UpstreamSettings.isAddress(to)) {
      throw new UpstreamException("redirected to what isn't an http or https URL");
    }
    if (to.getRawUserInfo() != null) {
      throw new UpstreamException("redirected to a URL of %s with a login".formatted(to.getHost()));
    }
    if (!secure && "https".equals(from.getScheme()) && !downgrades) {
      throw new UpstreamException("redirected from https to http at " + to.getHost());
    }
    return to;
  }

  /** Whether two URLs have the same scheme, host and port. */
  static boolean sameOrigin(URI one, URI other) {
    return Objects.equals(one.getScheme(), other.getScheme())
        && one.getHost().equalsIgnoreCase(other.getHost())
        && port(one) == port(other);
  }

  /** Its port, that of its scheme if it names none. */
  static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
  }
}
