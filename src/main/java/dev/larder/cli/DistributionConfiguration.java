package dev.larder.cli;

import dev.larder.cli.ConfigurationFile.UpstreamEntry;
import dev.larder.cli.DistributionSettings.Setting;
import dev.larder.console.ConsoleHandler;
import dev.larder.http.Headers;
import dev.larder.http.Tls;
import dev.larder.oci.RegistryName;
import dev.larder.registry.Changes;
import dev.larder.registry.access.AccessSettings;
import dev.larder.store.CacheLimits;
import dev.larder.store.Housekeeping.Schedule;
import dev.larder.upstream.UpstreamSettings.Login;
import dev.larder.upstream.UpstreamSettings.PasswordLogin;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.regex.Pattern;

/**
 * What the settings of {@code registry:2} mean for Larder, which is to serve the same clients in
 * its place. What says nothing is as in the configuration of {@code registry:2}'s image. What
 * Larder doesn't do becomes a warning; where to go on would open what was to be closed, or lose
 * what was to be kept, it is an error. docs/drop-in.md lists them all.
 */
final class DistributionConfiguration {
  private static final String ADDRESS = ":5000";
  private static final String ROOT = "/var/lib/registry";
  private static final String FOLDER = "larder";

  /** What stands beside the storage drivers. */
  private static final List<String> NO_DRIVERS =
      List.of("filesystem", "delete", "cache", "redirect", "maintenance", "tag");

  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private final DistributionSettings settings;
  private final List<String> warnings = new ArrayList<>();

  private DistributionConfiguration(DistributionSettings settings) {
    this.settings = settings;
  }

  /**
   * @throws CommandException if a setting is wrong, or can't be left undone; the message names it
   */
  static Configuration of(DistributionSettings settings) throws CommandException {
    return new DistributionConfiguration(settings).configuration();
  }

  private Configuration configuration() throws CommandException {
    refuseDrivers();
    refuseAccessControl();
    Optional<Setting> remote = settings.take("proxy.remoteurl");
    Map<RegistryName, UpstreamEntry> upstreams = new HashMap<>();
    Optional<RegistryName> upstream = Optional.empty();
    if (remote.isPresent()) {
      URI url = url(remote.get());
      upstream = Optional.of(registry(remote.get(), url));
      upstreams.put(upstream.get(), entry(url));
    }
    Path root = Path.of(settings.text("storage.filesystem.rootdirectory").orElse(ROOT));
    return new Configuration(
        List.of(listen(upstream)),
        root.resolve(FOLDER),
        names(),
        upstreams,
        true,
        false,
        false,
        true,
        tls(),
        access(),
        Schedule.DEFAULT,
        CacheLimits.DEFAULT.size(),
        new LogSettings(logFormat(), logLevel(), !settings.flag("log.accesslog.disabled")),
        new Telemetry(Optional.empty(), new DistributionNotifications(settings).endpoints()),
        new StandIn(changes(), true, headers(), debug(), warnings()));
  }

  private void refuseDrivers() throws CommandException {
    for (Setting setting : settings.below("storage")) {
      String kind = kind(setting);
      if (!kind.isEmpty() && !NO_DRIVERS.contains(kind)) {
        throw setting.error(
            "isn't supported: Larder keeps images in a folder, storage.filesystem.rootdirectory");
      }
    }
  }

  /** To serve openly what was to be closed is worse than not to serve. */
  private void refuseAccessControl() throws CommandException {
    for (Setting setting : settings.below("auth")) {
      if (!kind(setting).isEmpty() && !kind(setting).equals("htpasswd")) {
        throw setting.error("isn't supported, and without it whoever comes would be let in");
      }
    }
    for (Setting setting : settings.below("http.tls.clientcas")) {
      throw setting.error("isn't supported, and without it whoever comes would be let in");
    }
    Optional<Setting> net = settings.take("http.net");
    if (net.isPresent() && !net.get().value().equals("tcp")) {
      throw net.get().error("must be tcp");
    }
  }

  private Optional<Tls> tls() throws CommandException {
    Optional<Setting> certificate = settings.take("http.tls.certificate");
    Optional<Setting> key = settings.take("http.tls.key");
    if (certificate.isPresent() && key.isPresent()) {
      return Optional.of(new Tls(Path.of(certificate.get().value()), Path.of(key.get().value())));
    }
    if (certificate.isPresent() || key.isPresent()) {
      throw certificate.or(() -> key).orElseThrow().error("goes together with certificate and key");
    }
    return Optional.empty();
  }

  /** Pulls need a login too, as they do there. */
  private AccessSettings access() throws CommandException {
    Optional<Setting> passwords = settings.take("auth.htpasswd.path");
    if (passwords.isPresent()) {
      settings.take("auth.htpasswd.realm");
      return new AccessSettings(
          Optional.of(Path.of(passwords.get().value())), Optional.empty(), false, List.of());
    }
    for (Setting setting : settings.below("auth.htpasswd")) {
      if (!setting.value().isEmpty()) {
        throw setting.error("needs a path, and without it whoever comes would be let in");
      }
    }
    return AccessSettings.OPEN;
  }

  /** The part of a path below {@code storage} or {@code auth}; empty where nothing is said. */
  private static String kind(Setting setting) {
    String[] parts = setting.path().split("\\.", -1);
    return parts.length < 2 ? "" : parts[1];
  }

  private ListenAddress listen(Optional<RegistryName> upstream) throws CommandException {
    Optional<Setting> setting = settings.take("http.addr");
    ListenAddress address =
        setting.isPresent() ? address(setting.get()) : ListenAddress.parse(ADDRESS);
    return new ListenAddress(address.host(), address.port(), upstream);
  }

  private static ListenAddress address(Setting setting) throws CommandException {
    try {
      return ListenAddress.parse(setting.value());
    } catch (CommandException e) {
      throw setting.error("is HOST:PORT or :PORT: " + e.getMessage());
    }
  }

  private Optional<StandIn.Debug> debug() throws CommandException {
    Optional<Setting> setting = settings.take("http.debug.addr");
    if (setting.isEmpty()) {
      return Optional.empty();
    }
    boolean metrics = settings.flag("http.debug.prometheus.enabled");
    Optional<String> path = settings.text("http.debug.prometheus.path");
    warnings.add(
        "%s: http.debug.addr has nothing for Larder but /debug/health and, where http.debug.prometheus is enabled, metrics"
            .formatted(setting.get().place()));
    return Optional.of(
        new StandIn.Debug(
            address(setting.get()),
            metrics ? path.or(() -> Optional.of(ConsoleHandler.METRICS)) : Optional.empty()));
  }

  private UpstreamEntry entry(URI url) {
    Optional<String> username = settings.text("proxy.username");
    Optional<Login> login =
        username.map(user -> new PasswordLogin(user, settings.text("proxy.password").orElse("")));
    return new UpstreamEntry(
        true,
        Optional.of(url),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        login);
  }

  private static URI url(Setting setting) throws CommandException {
    try {
      URI url = new URI(setting.value().replaceFirst("/+$", ""));
      if (url.getHost() != null && url.getRawUserInfo() == null) {
        return url;
      }
    } catch (URISyntaxException e) {
      // told below, without what may be a password
    }
    throw setting.error("is https://HOST or http://HOST, with :PORT and /PATH if needed");
  }

  /** What the registry at a URL is called in names of images. */
  private static RegistryName registry(Setting setting, URI url) throws CommandException {
    return RegistryName.parse(url.getRawAuthority())
        .orElseThrow(() -> setting.error("names no host that images could be called by"));
  }

  /** Where clients reach us is one of our names. */
  private List<RegistryName> names() throws CommandException {
    Optional<Setting> host = settings.take("http.host");
    return host.isEmpty() ? List.of() : List.of(registry(host.get(), url(host.get())));
  }

  private LogFormat logFormat() {
    String formatter = settings.text("log.formatter").orElse("text");
    return formatter.equals("text") ? LogFormat.TEXT : LogFormat.JSON;
  }

  private Level logLevel() throws CommandException {
    Optional<Setting> old = settings.take("loglevel");
    Optional<Setting> level = settings.take("log.level").or(() -> old);
    if (level.isEmpty()) {
      return Level.INFO;
    }
    return switch (level.get().value().toLowerCase(Locale.ROOT)) {
      case "error" -> Level.SEVERE;
      case "warn" -> Level.WARNING;
      case "info" -> Level.INFO;
      case "debug" -> Level.FINE;
      default -> throw level.get().error("is error, warn, info or debug");
    };
  }

  /** Nothing can be deleted unless that is asked for, which is the other way round with ours. */
  private Changes changes() throws CommandException {
    boolean deletes = settings.flag("storage.delete.enabled");
    boolean readOnly = settings.flag("storage.maintenance.readonly.enabled");
    return new Changes(!readOnly, deletes && !readOnly);
  }

  private Headers headers() throws CommandException {
    String section = "http.headers";
    Headers headers = Headers.none();
    for (Setting setting : settings.takeAll(section)) {
      if (setting.path().equals(section)) {
        continue;
      }
      String name = setting.path().substring(section.length() + 1).replaceFirst("\\.[0-9]+$", "");
      if (!HEADER.matcher(name).matches() || CONTROL.matcher(setting.value()).find()) {
        throw setting.error("is no header field");
      }
      headers = headers.with(name, setting.value());
    }
    return headers;
  }

  private List<String> warnings() {
    warnings.addAll(UnsupportedSettings.warnings(settings.rest()));
    for (String variable : settings.unknownVariables()) {
      warnings.add(variable + " is no setting of registry:2");
    }
    return List.copyOf(warnings);
  }
}
