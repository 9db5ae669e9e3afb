package dev.larder.cli;

import dev.larder.cli.ConfigurationFile.UpstreamEntry;
import dev.larder.control.ControlServer;
import dev.larder.control.Operation;
import dev.larder.http.Handler;
import dev.larder.http.Server;
import dev.larder.http.Server.Listener;
import dev.larder.metrics.Metrics;
import dev.larder.mirror.Freshness;
import dev.larder.mirror.MirrorSettings;
import dev.larder.mirror.Mirrors;
import dev.larder.oci.RegistryName;
import dev.larder.registry.Access;
import dev.larder.registry.AccessCounter;
import dev.larder.registry.Layering;
import dev.larder.registry.RegistryHandler;
import dev.larder.registry.access.AccessControl;
import dev.larder.store.Bookkeeper;
import dev.larder.store.Housekeeping;
import dev.larder.store.Store;
import dev.larder.upstream.Contacts;
import dev.larder.upstream.Deadlines;
import dev.larder.upstream.DockerConfig;
import dev.larder.upstream.ProxySettings;
import dev.larder.upstream.UpstreamRules;
import dev.larder.upstream.UpstreamSettings;
import dev.larder.upstream.Upstreams;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All parts of a serving Larder, wired; closing ends them in the opposite order. */
final class Larder implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Larder.class);

  /** How long transfers may take to end when Larder is stopped. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final Deque<Closeable> parts = new ArrayDeque<>();
  private final List<InetSocketAddress> addresses = new CopyOnWriteArrayList<>();

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
    DataFolder folder = DataFolder.open(data, clock);
    parts.push(folder);
    Store store = folder.store();
    Metrics metrics = new Metrics(upstreamNames(configuration));
    Bookkeeper bookkeeper = new Bookkeeper(folder.statistics(), metrics, clock);
    parts.push(bookkeeper);
    bookkeeper.start();
    Housekeeping housekeeping = new Housekeeping(store, configuration.housekeeping(), clock);
    parts.push(housekeeping);
    housekeeping.start();
    Upstreams upstreams = upstreams(configuration, environment, clock);
    parts.push(upstreams);
    Contacts contacts = new Contacts(metrics, clock);
    Mirrors mirrors =
        new Mirrors(
            store,
            name -> upstreams.registry(name).map(registry -> contacts.watch(name, registry)),
            mirrorSettings(configuration),
            clock);
    parts.push(mirrors);
    Serving serving =
        new Serving(
            clock.instant(),
            () -> urls(configuration),
            mirrors::fetches,
            contacts::last,
            bookkeeper::keep);
    listenForCommands(
        data, Operations.of(folder, configuration, clock, Optional.of(serving)), clock);
    RegistryHandler registry =
        new RegistryHandler(
            OwnNames.of(configuration),
            layering(configuration),
            store,
            mirrors,
            new AccessControl(configuration.access(), clock),
            clock,
            accesses(configuration, console).andThen(new AccessCounter(metrics, bookkeeper)),
            configuration.standIn().changes());
    Server server = Server.start(listeners(configuration, registry));
    parts.push(() -> stop(server, console));
    addresses.addAll(server.addresses());
  }

  private static Consumer<Access> accesses(Configuration configuration, Console console) {
    return configuration.log().accesses() ? console::log : _ -> {};
  }

  private static List<String> upstreamNames(Configuration configuration) {
    return configuration.upstreams().keySet().stream().map(RegistryName::value).toList();
  }

  /** Where images are served, with the upstream that a listener stands for. */
  private List<String> urls(Configuration configuration) {
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < Math.min(configuration.listen().size(), addresses.size()); i++) {
      String url = ServeCommand.scheme(configuration) + ServeCommand.hostAndPort(addresses.get(i));
      urls.add(
          configuration
              .listen()
              .get(i)
              .upstream()
              .map(upstream -> url + " for " + upstream)
              .orElse(url));
    }
    return urls;
  }

  /** Serving goes on without it: the folder's name may be too long for a socket. */
  private void listenForCommands(
      Path folder, Map<String, Operation> operations, InstantSource clock) {
    Path socket = DataFolder.controlSocket(folder);
    try {
      parts.push(ControlServer.start(socket, operations, clock));
    } catch (IOException e) {
      LOG.warn(
          "no command can reach this server, since {} can't be listened at: {}",
          socket,
          e.getMessage());
    }
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
        entry.login());
  }

  private static Layering layering(Configuration configuration) {
    if (configuration.standIn().hostedFirst()) {
      return Layering.HOSTED_FIRST;
    }
    return configuration.overlays() ? Layering.OVERLAYS : Layering.SEPARATE;
  }

  private static MirrorSettings mirrorSettings(Configuration configuration) {
    MirrorSettings defaults = MirrorSettings.DEFAULT;
    Freshness usual = defaults.freshness();
    Map<RegistryName, Freshness> freshness = new HashMap<>();
    configuration
        .upstreams()
        .forEach(
            (name, entry) ->
                freshness.put(
                    name,
                    new Freshness(
                        entry.freshFor().orElse(usual.foundFor()),
                        entry.negativeFor().orElse(usual.absentFor()))));
    return new MirrorSettings(usual, freshness, defaults.retries(), configuration.passChallenges());
  }

  private static List<Listener> listeners(Configuration configuration, RegistryHandler registry) {
    List<Listener> listeners = new ArrayList<>();
    for (ListenAddress listen : configuration.listen()) {
      Handler handler = listen.upstream().<Handler>map(registry::boundTo).orElse(registry);
      listeners.add(
          new Listener(
              listen.socketAddress(),
              configuration.tls(),
              AddedHeaders.to(handler, configuration.standIn().headers())));
    }
    configuration
        .standIn()
        .debug()
        .ifPresent(
            debug ->
                listeners.add(
                    new Listener(debug.socketAddress(), Optional.empty(), new HealthHandler())));
    return listeners;
  }

  private static void stop(Server server, Console console) {
    if (!server.stop(GRACE)) {
      console.say("Cut off what hadn't ended after %d seconds.".formatted(GRACE.toSeconds()));
    }
  }

  /**
   * Where it listens, in the order of the configuration, with the real ports; the address for
   * health stands last.
   */
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
