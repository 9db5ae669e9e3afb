package dev.larder.cli;

import dev.larder.cli.ConfigurationFile.UpstreamEntry;
import dev.larder.console.Health;
import dev.larder.control.ControlServer;
import dev.larder.control.Operation;
import dev.larder.events.Events;
import dev.larder.events.Recorder;
import dev.larder.http.Server;
import dev.larder.metrics.Count;
import dev.larder.metrics.Metrics;
import dev.larder.mirror.Freshness;
import dev.larder.mirror.MirrorSettings;
import dev.larder.mirror.Mirrors;
import dev.larder.notify.Notifiers;
import dev.larder.oci.RegistryName;
import dev.larder.registry.Access;
import dev.larder.registry.AccessCounter;
import dev.larder.registry.Layering;
import dev.larder.registry.RegistryHandler;
import dev.larder.registry.access.AccessControl;
import dev.larder.store.Bookkeeper;
import dev.larder.store.CacheLimits;
import dev.larder.store.Eviction;
import dev.larder.store.Evictor;
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

  /** Less than a megabyte; what a notification endpoint may miss in a while. */
  private static final int KEPT_EVENTS = 2048;

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
    parts.push(SmallHeap.start());
    Path data = configuration.data();
    DataFolder folder = DataFolder.open(data, clock);
    parts.push(folder);
    Store store = folder.store();
    Metrics metrics = new Metrics(upstreamNames(configuration));
    parts.push(metrics);
    Events events = new Events(KEPT_EVENTS);
    Recorder recorder = new Recorder(events);
    Bookkeeper bookkeeper = new Bookkeeper(folder.statistics(), metrics, clock);
    parts.push(bookkeeper);
    bookkeeper.start();
    Housekeeping housekeeping = new Housekeeping(store, configuration.housekeeping(), clock);
    parts.push(housekeeping);
    housekeeping.start();
    Evictor evictor =
        new Evictor(store, cacheLimits(configuration), folder::disk, clock, bookkeeper::keep);
    evictor.addListener(eviction -> count(eviction, metrics));
    evictor.addListener(eviction -> recorder.evicted(clock.instant(), eviction));
    parts.push(evictor);
    evictor.start();
    Upstreams upstreams = upstreams(configuration, environment, clock);
    parts.push(upstreams);
    Contacts contacts = new Contacts(metrics, clock);
    Mirrors mirrors =
        new Mirrors(
            store,
            evictor,
            name -> upstreams.registry(name).map(registry -> contacts.watch(name, registry)),
            mirrorSettings(configuration),
            clock,
            recorder::fetched);
    parts.push(mirrors);
    Gauges.addTo(metrics, folder, evictor, upstreams, mirrors);
    Serving serving =
        new Serving(
            clock.instant(),
            () -> urls(configuration),
            mirrors::fetches,
            contacts::last,
            bookkeeper::keep,
            mirrors,
            upstreams::registry,
            events);
    listenForCommands(
        data, Operations.of(folder, configuration, clock, Optional.of(serving)), clock);
    AccessControl access = new AccessControl(configuration.access(), clock);
    RegistryHandler registry =
        new RegistryHandler(
            OwnNames.of(configuration),
            layering(configuration),
            store,
            mirrors,
            access,
            clock,
            accesses(configuration, console)
                .andThen(new AccessCounter(metrics, bookkeeper))
                .andThen(recorder::answered),
            configuration.standIn().changes());
    Listeners listeners = new Listeners(configuration, new Health(folder::problems), metrics);
    Server server = Server.start(listeners.of(registry, access));
    addresses.addAll(server.addresses());
    parts.push(
        Notifiers.start(
            configuration.telemetry().endpoints(),
            events,
            addresses.getFirst().getPort(),
            impliedRegistry(configuration),
            metrics));
    parts.push(() -> stop(server, console)); // first, so that what happens until then is told
  }

  /** Clients of a {@code registry:2} don't name the registry that it mirrors. */
  private static Optional<RegistryName> impliedRegistry(Configuration configuration) {
    return configuration.standIn().hostedFirst()
        ? configuration.listen().getFirst().upstream()
        : Optional.empty();
  }

  private static CacheLimits cacheLimits(Configuration configuration) {
    Map<RegistryName, Duration> keepFor = new HashMap<>();
    configuration
        .upstreams()
        .forEach((name, entry) -> entry.keepFor().ifPresent(time -> keepFor.put(name, time)));
    return new CacheLimits(configuration.cacheSize(), keepFor);
  }

  private static void count(Eviction eviction, Metrics metrics) {
    String upstream =
        eviction.content().repository().upstream().map(RegistryName::value).orElseThrow();
    metrics.add(upstream, Count.EVICTION, 1);
    metrics.add(upstream, Count.EVICTED_BYTES, eviction.bytes());
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
        new UpstreamRules(configuration.otherUpstreams(), denied, configuration.offline()),
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
    Map<RegistryName, Freshness> freshness = new HashMap<>();
    configuration
        .upstreams()
        .forEach((name, entry) -> freshness.put(name, entry.freshness(defaults.freshness())));
    return new MirrorSettings(
        defaults.freshness(),
        freshness,
        defaults.retries(),
        defaults.ranges(),
        configuration.passChallenges());
  }

  private static void stop(Server server, Console console) {
    if (!server.stop(GRACE)) {
      console.say("Cut off what hadn't ended after %d seconds.".formatted(GRACE.toSeconds()));
    }
  }

  /**
   * Where it listens, in the order of the configuration, with the real ports; the address of
   * metrics, or registry:2's for debugging, stands last.
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
