package dev.larder.upstream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.larder.oci.RegistryName;
import java.io.Closeable;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/**
 * All upstream registries: those of the configuration, and whatever others it allows. Nothing is
 * connected to before it is asked for something. Safe for use by many threads.
 */
public final class Upstreams implements Closeable {
  /** Names come from requests: made-up ones mustn't fill the memory. */
  private static final int MAX_UNCONFIGURED = 256;

  private final UpstreamRules rules;
  private final Deadlines deadlines;
  private final Clock clock;
  private final DockerConfig docker;
  private final Map<RegistryName, UpstreamRegistry> configured = new HashMap<>();
  private final Map<RegistryName, Transport> transports = new HashMap<>();
  private final Cache<RegistryName, Optional<UpstreamRegistry>> others =
      Caffeine.newBuilder().maximumSize(MAX_UNCONFIGURED).build();

  /** One for all that aren't configured, so that their number costs no connections either. */
  private final Transport publicOnly;

  /**
   * @param configured the upstreams that the configuration names
   * @param docker where credentials come from that the configuration lacks
   * @throws IllegalArgumentException if the settings of an upstream can't be used, its {@code
   *     ca-file} for one; the message says which and why
   */
  public Upstreams(
      Map<RegistryName, UpstreamSettings> configured,
      UpstreamRules rules,
      Deadlines deadlines,
      Clock clock,
      DockerConfig docker,
      ProxySettings proxies) {
    this(configured, rules, deadlines, clock, docker, proxies, SystemDefaultDnsResolver.INSTANCE);
  }

  Upstreams(
      Map<RegistryName, UpstreamSettings> configured,
      UpstreamRules rules,
      Deadlines deadlines,
      Clock clock,
      DockerConfig docker,
      ProxySettings proxies,
      DnsResolver resolver) {
    this.rules = rules;
    this.deadlines = deadlines;
    this.clock = clock;
    this.docker = docker;
    configured.values().forEach(UpstreamSettings::validate);
    var hosts =
        configured.values().stream()
            .map(settings -> AddressGuard.plain(settings.url().getHost()))
            .collect(Collectors.toUnmodifiableSet());
    for (UpstreamSettings settings : configured.values()) {
      String host = AddressGuard.plain(settings.url().getHost());
      Transport transport =
          new Transport(
              AddressGuard.configured(resolver, host, hosts),
              Trust.context(settings.caFile()),
              deadlines,
              proxies,
              clock);
      transports.put(settings.name(), transport);
      this.configured.put(settings.name(), registry(settings, transport));
    }
    this.publicOnly =
        new Transport(
            AddressGuard.publicOnly(resolver),
            Trust.context(Optional.empty()),
            deadlines,
            proxies,
            clock);
  }

  /**
   * The registry that images call {@code name}; empty where it may not be mirrored, or where the
   * name can't be a host's.
   */
  public Optional<UpstreamRegistry> registry(RegistryName name) {
    if (rules.denied().contains(name)) {
      return Optional.empty();
    }
    UpstreamRegistry known = configured.get(name);
    Optional<UpstreamRegistry> found =
        known == null && rules.allowOthers()
            ? others.get(name, this::other)
            : Optional.ofNullable(known);
    return rules.offline() ? found.map(_ -> new OfflineRegistry(name)) : found;
  }

  private Optional<UpstreamRegistry> other(RegistryName name) {
    return UpstreamSettings.isAddress(UpstreamSettings.defaultUrl(name))
        ? Optional.of(registry(UpstreamSettings.unconfigured(name), publicOnly))
        : Optional.empty();
  }

  private UpstreamRegistry registry(UpstreamSettings settings, Transport transport) {
    return new HttpUpstreamRegistry(settings, transport, docker, deadlines, clock);
  }

  /** Closes all connections; what is being read breaks off. */
  @Override
  public void close() {
    transports.values().forEach(Transport::close);
    publicOnly.close();
  }
}
