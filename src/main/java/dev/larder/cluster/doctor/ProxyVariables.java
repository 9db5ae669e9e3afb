package dev.larder.cluster.doctor;

import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Through which proxy a Go program sends a request, as its variables say it. A name is never looked
 * up: blocks like {@code 10.0.0.0/8} count for addresses alone.
 *
 * @see <a href="https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config">Go's httpproxy</a>
 */
record ProxyVariables(Map<String, String> environment) {

  /** The proxy for that URL; empty where it is reached directly. */
  Optional<String> proxyFor(URI url) {
    String host = url.getHost().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
    boolean tls = "https".equals(url.getScheme());
    int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
    boolean loopback =
        host.equals("localhost") || address(host).map(InetAddress::isLoopbackAddress).orElse(false);
    return variable(tls ? "HTTPS_PROXY" : "HTTP_PROXY")
        .filter(proxy -> !loopback)
        .filter(proxy -> exceptions().noneMatch(entry -> covers(entry, host, port)));
  }

  private Stream<String> exceptions() {
    return variable("NO_PROXY").stream()
        .flatMap(value -> Arrays.stream(value.split(",", -1)))
        .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
        .filter(entry -> !entry.isEmpty());
  }

  private Optional<String> variable(String name) {
    return Stream.of(name, name.toLowerCase(Locale.ROOT))
        .map(key -> environment.getOrDefault(key, "").strip())
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  private static boolean covers(String entry, String host, int port) {
    if (entry.equals("*")) {
      return true;
    }
    int slash = entry.indexOf('/');
    if (slash >= 0) {
      return address(host)
          .map(address -> isIn(address, entry.substring(0, slash), entry.substring(slash + 1)))
          .orElse(false);
    }
    int colon = entry.indexOf(':');
    boolean hasPort = colon >= 0 && colon == entry.lastIndexOf(':');
    if (hasPort && !entry.substring(colon + 1).equals(String.valueOf(port))) {
      return false;
    }
    String name = hasPort ? entry.substring(0, colon) : entry;
    if (address(name).isPresent()) {
      return address(name).equals(address(host));
    }
    String domain = name.startsWith("*.") ? name.substring(1) : name;
    return domain.startsWith(".")
        ? host.endsWith(domain)
        : host.equals(domain) || host.endsWith("." + domain);
  }

  private static boolean isIn(InetAddress address, String first, String bits) {
    byte[] one = address.getAddress();
    byte[] other = address(first).map(InetAddress::getAddress).orElse(new byte[0]);
    if (one.length != other.length || !bits.matches("[0-9]{1,3}")) {
      return false;
    }
    for (int bit = 0; bit < Math.min(Integer.parseInt(bits), one.length * Byte.SIZE); bit++) {
      int mask = 0x80 >> bit % Byte.SIZE;
      if ((one[bit / Byte.SIZE] & mask) != (other[bit / Byte.SIZE] & mask)) {
        return false;
      }
    }
    return true;
  }

  private static Optional<InetAddress> address(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Reads {@code NAME=value} lines. */
  static ProxyVariables parse(List<String> lines) {
    Map<String, String> environment = new HashMap<>();
    for (String line : lines) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        environment.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return new ProxyVariables(environment);
  }
}
