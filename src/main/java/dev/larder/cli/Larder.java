package dev.larder.cli;

import dev.larder.cli.ConfigurationFile.UpstreamEntry;
import dev.larder.http.Handler;
import dev.larder.http.Server;
import dev.larder.http.Server.Listener;
import dev.larder.mirror.MirrorSettings;
import dev.larder.mirror.Mirrors;
import dev.larder.oci.RegistryName;
import dev.larder.registry.RegistryHandler;
import dev.larder.registry.access.AccessControl;
import dev.larder.store.Store;
import dev.larder.store.file.FileBlobStore;
import dev.larder.store.file.StoreLock;
import dev.larder.store.sql.SqliteCatalog;
import dev.larder.upstream.Deadlines;
import dev.larder.upstream.DockerConfig;
import dev.larder.upstream.ProxySettings;
import dev.larder.upstream.UpstreamRules;
import dev.larder.upstream.UpstreamSettings;
import dev.larder.upstream.UpstreamSettings.Login;
import dev.larder.upstream.Upstreams;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All parts of a serving Larder, wired; closing ends them in the opposite order. */
final class Larder implements Closeable {
  /** How long transfers may take to end when Larder is stopped. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final Deque<Closeable> parts = new ArrayDeque<>();
  private final List<InetSocketAddress> addresses = new ArrayList<>();

  private Larder() {}

  /**
   * Starts serving.
   *
   * @param environment where proxies and Docker's configuration are named
   * @throws CommandException if it can't: the folder is in use, an address is taken, a setting is
   *     wrong; nothing is left running then
   */
  static Larder start(Configuration configuration, Map<String, String> environment, Console console)
      throws CommandException {
    Larder larder = new Larder();
    try {
      larder.open(configuration, environment, console);
      return larder;
    } catch (IllegalArgumentException e) {
      larder.close();
      throw CommandException.usage(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      larder.close();
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  private void open(Configuration configuration, Map<String, String> environment, Console console)
      throws IOException {
    Clock clock = Clock.systemUTC();
    Path data = configuration.data();
    parts.push(StoreLock.take(data, clock));
    unpackNativeCodeIn(data.resolve("native"));
    SqliteCatalog catalog = new SqliteCatalog(data.resolve("catalog.db"));
    parts.push(catalog);
    Store store = new Store(new FileBlobStore(data), catalog);
    store.sweep();
    Upstreams upstreams = upstreams(configuration, environment, clock);
    parts.push(upstreams);
    Mirrors mirrors = new Mirrors(store, upstreams::registry, mirrorSettings(configuration), clock);
    parts.push(mirrors);
    RegistryHandler registry =
        new RegistryHandler(
            ownNames(configuration),
            store,
            mirrors,
            new AccessControl(configuration.access(), clock),
            clock,
            console::log);
    Server server = Server.start(listeners(configuration, registry));
    parts.push(() -> stop(server, console));
    addresses.addAll(server.addresses());
  }

  /**
   * SQLite's native code is unpacked from its jar. In the system's folder for temporary files a
   * process that is killed would leave it behind for good.
   */
  private static void unpackNativeCodeIn(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder)) {
      for (Path leftover : leftovers) {
        Files.delete(leftover);
      }
    }
    System.setProperty("org.sqlite.tmpdir", folder.toString());
  }

  private static Upstreams upstreams(
      Configuration configuration, Map<String, String> environment, Clock clock) {
    Map<RegistryName, UpstreamSettings> named = new HashMap<>();
    Set<RegistryName> denied = new HashSet<>();
    configuration
        .upstreams()
        .forEach(
            (name, entry) -> {
              named.put(name, settings(name, entry));
              if (!entry.allow()) {
                denied.add(name);
              }
            });
    return new Upstreams(
        named,
        new UpstreamRules(configuration.otherUpstreams(), denied),
        Deadlines.DEFAULT,
        clock,
        DockerConfig.fromEnvironment(environment, Path.of(System.getProperty("user.home"))),
        ProxySettings.fromEnvironment(environment));
  }

  private static UpstreamSettings settings(RegistryName name, UpstreamEntry entry) {
    return new UpstreamSettings(
        name,
        entry.url().orElseGet(() -> UpstreamSettings.defaultUrl(name)),
        true,
        entry.caFile(),
        entry.username().flatMap(user -> entry.passwordFile().map(file -> new Login(user, file))));
  }

  private static MirrorSettings mirrorSettings(Configuration configuration) {
    Map<RegistryName, Duration> freshFor = new HashMap<>();
    configuration
        .upstreams()
        .forEach((name, entry) -> entry.freshFor().ifPresent(time -> freshFor.put(name, time)));
    MirrorSettings defaults = MirrorSettings.DEFAULT;
    return new MirrorSettings(
        defaults.freshFor(), freshFor, defaults.absentFor(), defaults.retries());
  }

  /** What clients on this machine call the listeners, and what the configuration adds. */
  private static Set<RegistryName> ownNames(Configuration configuration) {
    Set<RegistryName> names = new HashSet<>(configuration.names());
    for (ListenAddress listen : configuration.listen()) {
      for (String host : List.of("localhost", "127.0.0.1", "[::1]")) {
        names.add(new RegistryName(host + ":" + listen.port()));
      }
    }
    return names;
  }

  private static List<Listener> listeners(Configuration configuration, RegistryHandler registry) {
    List<Listener> listeners = new ArrayList<>();
    for (ListenAddress listen : configuration.listen()) {
      Handler handler = listen.upstream().<Handler>map(registry::boundTo).orElse(registry);
      listeners.add(new Listener(listen.socketAddress(), configuration.tls(), handler));
    }
    return listeners;
  }

  private static void stop(Server server, Console console) {
    if (!server.stop(GRACE)) {
      console.say("Cut off what hadn't ended after %d seconds.".formatted(GRACE.toSeconds()));
    }
  }

  /** Where it listens, in the order of the configuration, with the real ports. */
  List<InetSocketAddress> addresses() {
    return List.copyOf(addresses);
  }

  /** Accepts nothing more, lets transfers end for a while, and lets go of everything. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (IOException e) {
        System.getLogger("larder").log(System.Logger.Level.ERROR, "not closed cleanly", e);
      }
    }
  }
}
