package dev.larder.cluster;

import dev.larder.deploy.Deployment;
import dev.larder.engine.Container;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.Event;
import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Wires each node as it starts, and those that run already. Each start of a container is handled
 * once, in a thread of its own.
 *
 * <p>When Larder's own container starts again, which may have another address and other networks by
 * then, all nodes are looked at again. When the engine goes away, it waits for it to come back.
 */
public final class Watcher implements Closeable {
  private static final Backoff ENGINE = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(10));
  private static final Backoff NODE = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(8));
  private static final Backoff API_SERVER =
      new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(30));

  /** After so many failures, a node is given up until it starts again. */
  private static final int TRIES = 8;

  private static final Duration SETUP_POLL = Duration.ofSeconds(1);

  /**
   * How long a node may take to be set up. kind configures containerd within seconds of the node's
   * start; Cluster API may load images first.
   */
  private static final Duration SETUP = Duration.ofSeconds(60);

  private static final Duration CAPD_SETUP = Duration.ofMinutes(10);

  /** The engine's clock may be behind ours; what is told twice is handled once. */
  private static final Duration OVERLAP = Duration.ofMinutes(1);

  private final Engine engine;
  private final Reach reach;
  private final NodeWiring wiring;
  private final boolean announce;
  private final InstantSource clock;
  private final Pauses pauses;
  private final Consumer<String> log;
  private final ExecutorService tasks = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Instant> handled = new ConcurrentHashMap<>();
  private final Map<String, Lock> locks = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param engine is closed with this
   * @param announce whether clusters are told of their registry
   * @param log takes a line for each thing that happened
   */
  public Watcher(
      Engine engine,
      Reach reach,
      NodeWiring wiring,
      boolean announce,
      InstantSource clock,
      Pauses pauses,
      Consumer<String> log) {
    this.engine = engine;
    this.reach = reach;
    this.wiring = wiring;
    this.announce = announce;
    this.clock = clock;
    this.pauses = pauses;
    this.log = log;
  }

  /** Watches until it is closed. */
  public void run() throws InterruptedException {
    int failures = 0;
    while (!closed) {
      try {
        Instant since = clock.instant().minus(OVERLAP);
        look();
        log.accept("watching %s at %s".formatted(engine.name(), engine.address()));
        failures = 0;
        engine.watch(since, this::happened);
      } catch (EngineException e) {
        if (closed) {
          return;
        }
        failures++;
        if (failures == 1) {
          log.accept("%s; trying again until it answers".formatted(e.getMessage()));
        }
        pauses.pause(ENGINE.after(failures));
      }
    }
  }

  /** Handles all that runs. */
  private void look() throws EngineException {
    Deployment.find(engine).map(Deployment::container).ifPresent(this::isNew);
    for (Cluster cluster : Clusters.all(engine)) {
      for (Node node : cluster.nodes()) {
        if (node.running() && isNew(node.container())) {
          tasks.execute(() -> started(node));
        }
      }
    }
  }

  /** Whether this start of a container hasn't been handled yet; it has from now on. */
  private boolean isNew(Container container) {
    Instant start = container.startedAt().orElse(Instant.EPOCH);
    return !Objects.equals(handled.put(container.id(), start), start);
  }

  private void happened(Event event) {
    boolean node = Clusters.mayBeNode(event.labels());
    boolean larder = Deployment.REGISTRY.equals(event.labels().get(Deployment.ROLE));
    switch (event.kind()) {
      case STARTED -> {
        if (node) {
          tasks.execute(() -> tell(() -> nodeStarted(event.container())));
        } else if (larder) {
          tasks.execute(() -> tell(() -> larderStarted(event.container())));
        }
      }
      case REMOVED -> {
        handled.remove(event.container());
        locks.remove(event.container());
        if (node) {
          tasks.execute(() -> tell(() -> reach.leaveUnused(Clusters.all(engine))));
        }
      }
    }
  }

  private void nodeStarted(String id) throws EngineException {
    Optional<Container> container = engine.container(id).filter(Container::running);
    if (container.isPresent() && isNew(container.get())) {
      List<Cluster> alone = Clusters.of(List.of(container.get()));
      // Only beside the others does one of minikube's show what it is.
      List<Cluster> clusters =
          alone.stream().anyMatch(cluster -> cluster.kind() == Cluster.Kind.MINIKUBE)
              ? Clusters.all(engine)
              : alone;
      clusters.stream()
          .flatMap(cluster -> cluster.nodes().stream())
          .filter(node -> node.container().id().equals(id))
          .forEach(this::started);
    }
  }

  private void larderStarted(String id) throws EngineException {
    Optional<Container> larder = engine.container(id);
    if (larder.isPresent() && isNew(larder.get())) {
      log.accept("%s started: looking at all nodes again".formatted(larder.get().name()));
      for (Cluster cluster : Clusters.all(engine)) {
        for (Node node : cluster.nodes()) {
          if (node.running()) {
            handled.put(node.container().id(), node.container().startedAt().orElse(Instant.EPOCH));
            tasks.execute(() -> started(node));
          }
        }
      }
    }
  }

  /** What an engine doesn't do, and what is asked of it. */
  @FunctionalInterface
  private interface Request {
    void run() throws EngineException;
  }

  private void tell(Request request) {
    try {
      request.run();
    } catch (EngineException e) {
      if (!closed) {
        log.accept(String.valueOf(e.getMessage()));
      }
    }
  }

  private void started(Node node) {
    try {
      if (wire(node) && announce && node.role() == Node.Role.CONTROL_PLANE) {
        announce(node);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (EngineException e) {
      if (!closed) {
        log.accept("%s: %s".formatted(node.name(), e.getMessage()));
      }
    }
  }

  /** Wires a node, if need be in several tries; whether it is wired then. */
  private boolean wire(Node node) throws InterruptedException, EngineException {
    NodeReport report = attach(node, true);
    for (int failures = 1; !report.ok() && failures < TRIES && runs(node); failures++) {
      pauses.pause(NODE.after(failures));
      report = attach(node, true);
    }
    log.accept(line(report));
    if (!report.unfinished()) {
      return report.ok();
    }
    Instant end = clock.instant().plus(node.kind() == Cluster.Kind.CAPD ? CAPD_SETUP : SETUP);
    while (report.unfinished() && runs(node)) {
      pauses.pause(SETUP_POLL);
      report = attach(node, clock.instant().isBefore(end));
    }
    log.accept(line(report));
    return report.ok();
  }

  /** One at a time in each node: its containerd is to be restarted once. */
  private NodeReport attach(Node node, boolean patient) {
    Lock lock = locks.computeIfAbsent(node.container().id(), _ -> new ReentrantLock());
    lock.lock();
    try {
      return wiring.attach(node, patient);
    } finally {
      lock.unlock();
    }
  }

  private static String line(NodeReport report) {
    String node =
        "%s (%s %s)".formatted(report.node().name(), report.node().kind(), report.node().cluster());
    if (!report.ok()) {
      return "%s: NOT wired: %s"
          .formatted(
              node,
              String.join(
                  "; ",
                  report.findings().stream()
                      .filter(Finding::isProblem)
                      .map(Finding::toString)
                      .toList()));
    }
    List<String> steps = report.steps().stream().map(Step::text).toList();
    return "%s: %s%s"
        .formatted(
            node,
            steps.isEmpty() ? "is wired" : "wired: " + String.join("; ", steps),
            report.unfinished()
                ? "; config_path is empty, and is set when the node has been set up"
                : "");
  }

  /** Tells a cluster of its registry, when its API server is there; gives up when the node ends. */
  private void announce(Node node) throws InterruptedException, EngineException {
    for (int failures = 1; runs(node); failures++) {
      Optional<String> said = announceOnce(node);
      if (said.isPresent()) {
        log.accept(said.get());
        return;
      }
      pauses.pause(API_SERVER.after(failures));
    }
  }

  /** What came of it; empty if it is to be tried again. */
  private Optional<String> announceOnce(Node node) throws EngineException {
    try {
      Publication publication = Hosting.publish(engine, reach, node);
      return publication instanceof Publication.NotYet
          ? Optional.empty()
          : Optional.of(Hosting.finding(node, publication).toString());
    } catch (Reach.UnreachableException e) {
      return Optional.of(e.finding().toString());
    }
  }

  private boolean runs(Node node) throws EngineException {
    return !closed
        && engine
            .container(node.container().id())
            .filter(Container::running)
            .filter(now -> now.startedAt().equals(node.container().startedAt()))
            .isPresent();
  }

  /** Ends {@link #run}, and what is under way. */
  @Override
  public void close() throws EngineException {
    closed = true;
    tasks.shutdownNow();
    engine.close();
  }
}
