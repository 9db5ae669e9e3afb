package dev.larder.upstream;

import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which HTTP proxies upstreams are reached through, as {@code HTTP_PROXY}, {@code HTTPS_PROXY} and
 * {@code NO_PROXY} say it for most programs. {@code localhost} and loopback addresses are always
 * reached directly.
 *
 * @param http the proxy for upstreams that speak plain HTTP
 * @param https the proxy for upstreams behind TLS, by CONNECT
 * @param direct what is reached without a proxy: host names (their subdomains included; with a dot
 *     before, only those), addresses, each with or without a port, blocks like {@code 10.0.0.0/8},
 *     or {@code *} for everything
 */
public record ProxySettings(Optional<URI> http, Optional<URI> https, List<String> direct) {
  /** No proxies. */
  public static final ProxySettings NONE =
      new ProxySettings(Optional.empty(), Optional.empty(), List.of());

  public ProxySettings {
    direct = List.copyOf(direct);
  }

  /**
   * Reads the variables, upper case first.
   *
   * @throws IllegalArgumentException if a proxy isn't {@code host:port} or {@code
   *     http://[user:password@]host[:port]}; the message names the variable
   */
  public static ProxySettings fromEnvironment(Map<String, String> environment) {
    return new ProxySettings(
        proxy(environment, "HTTP_PROXY"),
        proxy(environment, "HTTPS_PROXY"),
        variable(environment, "NO_PROXY").stream()
            .flatMap(value -> Arrays.stream(value.split("[,\\s]+", -1)))
            .filter(entry -> !entry.isEmpty())
            .map(entry -> entry.toLowerCase(Locale.ROOT))
            .toList());
  }

  /** The proxy for that address; empty where it is reached directly. */
  Optional<URI> proxyFor(URI target) {
    boolean tls = "https".equals(target.getScheme());
    String host = AddressGuard.plain(target.getHost());
    int port = target.getPort() >= 0 ? target.getPort() : tls ? 443 : 80;
    return (tls ? https : http)
        .filter(proxy -> !isLoopback(host))
        .filter(proxy -> direct.stream().noneMatch(entry -> matches(entry, host, port)));
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost")
        || literal(host).map(InetAddress::isLoopbackAddress).orElse(false);
  }

  private static boolean matches(String entry, String host, int port) {
    if (entry.equals("*")) {
      return true;
    }
    Optional<InetAddress> address = literal(host);
    Optional<AddressBlock> block = AddressBlock.parse(entry);
    if (block.isPresent()) {
      return address.map(block.get()::contains).orElse(false);
    }
    String name = entry;
    if (literal(AddressGuard.plain(entry)).isEmpty()) {
      int colon = entry.lastIndexOf(':');
      if (colon >= 0 && !entry.substring(colon + 1).equals(String.valueOf(port))) {
        return false;
      }
      name = colon < 0 ? entry : entry.substring(0, colon);
    }
    name = AddressGuard.plain(name);
    Optional<InetAddress> wanted = literal(name);
    if (wanted.isPresent()) {
      return wanted.equals(address);
    }
    name = name.startsWith("*.") ? name.substring(1) : name;
    return name.startsWith(".")
        ? host.endsWith(name)
        : host.equals(name) || host.endsWith("." + name);
  }

  private static Optional<InetAddress> literal(String host) {
    try {
      return Optional.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<URI> proxy(Map<String, String> environment, String name) {
    return variable(environment, name).map(value -> parse(name, value));
  }

  private static URI parse(String name, String value) {
    try {
      URI proxy = URI.create(value.contains("://") ? value : "http://" + value);
      if ("http".equals(proxy.getScheme()) && proxy.getHost() != null) {
        return proxy;
      }
    } catch (IllegalArgumentException e) {
      // the message would repeat the value, which may hold a password
    }
    throw new IllegalArgumentException(
        name + " is not an HTTP proxy: it must be http://[user:password@]host[:port]");
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Stream.of(name, name.toLowerCase(Locale.ROOT))
        .map(key -> environment.getOrDefault(key, "").strip())
        .filter(value -> !value.isEmpty())
        .findFirst();
  }

  /** Without the proxies' passwords. */
  @Override
  public String toString() {
    return "ProxySettings[http=%s, https=%s, direct=%s]"
        .formatted(http.map(URI::getHost), https.map(URI::getHost), direct);
  }
}
