package dev.larder.upstream;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Keeps whoever names an upstream, and upstreams that redirect, from making us reach into the
 * networks that only we can reach. It resolves names itself, and what it returns is what is
 * dialled: a name that changes its mind between check and use gains nothing.
 *
 * <p>An upstream that no configuration names is reached at {@linkplain PublicAddresses public
 * addresses} only, and so are its redirects and its token endpoint. One that is configured is
 * reached wherever it is; what it refers us to is reached if it is public, the host of a configured
 * upstream, or at one of the upstream's own addresses (a registry that redirects to another port of
 * its machine).
 */
final class AddressGuard implements DnsResolver {
  /** Of each family: so that a dead host costs a bounded number of connect deadlines. */
  private static final int MAX_ADDRESSES = 2;

  /** What some resolver may take for an IPv4 address, {@code 2130706433} and {@code 0x7f.1} too. */
  private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

  private final DnsResolver resolver;
  private final Set<String> configuredHosts;
  private final Optional<String> ownHost;

  private AddressGuard(
      DnsResolver resolver, Set<String> configuredHosts, Optional<String> ownHost) {
    this.resolver = resolver;
    this.configuredHosts = configuredHosts;
    this.ownHost = ownHost;
  }

  /** For upstreams that no configuration names. */
  static AddressGuard publicOnly(DnsResolver resolver) {
    return new AddressGuard(resolver, Set.of(), Optional.empty());
  }

  /**
   * For an upstream of the configuration.
   *
   * @param ownHost the host of its URL
   * @param configuredHosts the hosts of all configured upstreams
   */
  static AddressGuard configured(
      DnsResolver resolver, String ownHost, Set<String> configuredHosts) {
    return new AddressGuard(resolver, configuredHosts, Optional.of(ownHost));
  }

  /** A host as it stands in a URL, in the form that it is compared and resolved in. */
  static String plain(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.startsWith("[") && lower.endsWith("]")
        ? lower.substring(1, lower.length() - 1)
        : lower;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    boolean anywhere = trusted(host);
    List<InetAddress> allowed =
        Stream.of(resolver.resolve(host))
            .filter(address -> anywhere || PublicAddresses.contain(address) || own(address))
            .toList();
    if (allowed.isEmpty()) {
      throw forbidden(host);
    }
    return Stream.concat(
            allowed.stream().filter(Inet4Address.class::isInstance).limit(MAX_ADDRESSES),
            allowed.stream().filter(a -> !(a instanceof Inet4Address)).limit(MAX_ADDRESSES))
        .toArray(InetAddress[]::new);
  }

  /**
   * What can be said of a host that a proxy is to resolve.
   *
   * @throws ForbiddenAddressException if it names an address that isn't public, or this machine
   */
  void checkWithoutResolving(String host) throws ForbiddenAddressException {
    String plain = plain(host);
    if (trusted(plain)) {
      return;
    }
    Optional<InetAddress> literal = literal(plain);
    boolean allowed =
        literal.isPresent()
            ? PublicAddresses.contain(literal.get())
            : !plain.equals("localhost")
                && !plain.endsWith(".localhost")
                && !plain.equals("localhost.localdomain")
                && !ENDS_IN_NUMBER.matcher(plain).matches();
    if (!allowed) {
      throw forbidden(host);
    }
  }

  @Override
  public String resolveCanonicalHostname(String host) throws UnknownHostException {
    return resolver.resolveCanonicalHostname(host);
  }

  private boolean trusted(String host) {
    return configuredHosts.contains(plain(host));
  }

  private boolean own(InetAddress address) {
    if (ownHost.isEmpty()) {
      return false;
    }
    try {
      return List.of(resolver.resolve(ownHost.get())).contains(address);
    } catch (UnknownHostException e) {
      return false; // whatever that address is, it isn't known to be the upstream's
    }
  }

  private static Optional<InetAddress> literal(String host) {
    try {
      return Optional.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static ForbiddenAddressException forbidden(String host) {
    return new ForbiddenAddressException(
        "%s is not at a public address: name it under upstreams in the configuration to allow that"
            .formatted(host));
  }
}
