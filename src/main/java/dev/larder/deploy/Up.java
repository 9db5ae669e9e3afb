package dev.larder.deploy;

import dev.larder.engine.Container;
import dev.larder.engine.ContainerSpec;
import dev.larder.engine.Endpoint;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Makes Larder's containers on an engine what they are wanted to be.
 *
 * @param engine the engine
 * @param readiness waits until they serve
 * @param progress is told what is being done
 */
public record Up(Engine engine, Readiness readiness, Consumer<String> progress) {
  private static final int LAST_LINES = 15;

  /** Engines add the container's short id to its aliases. */
  private static final Pattern SHORT_ID = Pattern.compile("[0-9a-f]{12}");

  /**
   * What came of it.
   *
   * @param deployment the container that serves
   * @param changes what was done, in order; empty if all was as wanted
   * @param remarks what the user should know
   */
  public record Result(Deployment deployment, List<String> changes, List<String> remarks) {}

  /**
   * Does what has to be done, and waits until Larder serves.
   *
   * @param image the image's id
   * @throws DeployException if something is in the way, or Larder doesn't serve then
   * @throws IOException if the engine refuses or goes away
   */
  public Result run(Settings settings, String image)
      throws IOException, DeployException, InterruptedException {
    Plan plan = Plan.of(settings, Situation.of(engine, settings, image));
    List<String> changes = new ArrayList<>();
    List<String> remarks = new ArrayList<>(plan.remarks());
    for (Step step : plan.steps()) {
      switch (step) {
        case Step.MakeNetwork(String name) -> KindNetwork.make(engine, name);
        case Step.MakeVolume(String name) ->
            engine.createVolume(name, Map.of(Deployment.ROLE, Deployment.STORE));
        case Step.Remove(String container, _) -> engine.remove(container);
        case Step.Start(String container) -> engine.start(container);
        case Step.Join(String container, String network, List<String> aliases) ->
            HighAddress.connect(engine, network, container, aliases);
        case Step.Run run -> run(run, settings, remarks);
      }
      changes.add(step.what());
      progress.accept(step.what());
    }
    awaitReady(settings);
    if (settings.watch()) {
      awaitWatching(settings.watcher());
    }
    Deployment deployment =
        Deployment.find(engine, settings.name())
            .orElseThrow(() -> new DeployException("somebody has removed " + settings.name()));
    return new Result(deployment, List.copyOf(changes), List.copyOf(remarks));
  }

  private void run(Step.Run step, Settings settings, List<String> remarks) throws EngineException {
    ContainerSpec spec = step.spec();
    boolean serves = spec.name().equals(settings.name());
    Optional<String> address =
        serves ? engine.network(spec.network()).flatMap(HighAddress::of) : Optional.empty();
    try {
      create(step, address);
    } catch (EngineException e) {
      if (address.isEmpty() || !HighAddress.isRefusal(e)) {
        throw told(e, spec, settings);
      }
      remarks.add(
          "Docker before 29.1 gives no fixed address on the network %s: after its restart, Larder may take a node's. Without clusters, docker network rm %s and larder up make it anew, with one"
              .formatted(spec.network(), spec.network()));
      try {
        create(step, Optional.empty());
      } catch (EngineException again) {
        throw told(again, spec, settings);
      }
    }
  }

  /** A port that something other than a container has shows only when it is to be published. */
  private static EngineException told(EngineException e, ContainerSpec spec, Settings settings) {
    String reason = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    boolean taken = reason.contains("already allocated") || reason.contains("already in use");
    return taken && !spec.ports().isEmpty()
        ? new EngineException(
            "port %d of 127.0.0.1 is taken by a process on the engine's host: stop it, or choose another port by --port (%s)"
                .formatted(settings.port(), e.getMessage()),
            e)
        : e;
  }

  /** Creates and starts it; what can't be started is removed again. */
  private void create(Step.Run step, Optional<String> address) throws EngineException {
    ContainerSpec spec = step.spec().at(address);
    String id = engine.create(spec);
    try {
      start(step);
    } catch (EngineException e) {
      engine.remove(id);
      throw e;
    }
  }

  private void start(Step.Run step) throws EngineException {
    String name = step.spec().name();
    if (!step.files().isEmpty()) {
      engine.copyInto(name, step.files());
    }
    for (Endpoint endpoint : step.more()) {
      if (engine.network(endpoint.network()).isPresent()) {
        List<String> aliases =
            endpoint.aliases().stream()
                .filter(alias -> !SHORT_ID.matcher(alias).matches())
                .toList();
        HighAddress.connect(engine, endpoint.network(), name, aliases);
      }
    }
    engine.start(name);
  }

  private void awaitReady(Settings settings)
      throws IOException, DeployException, InterruptedException {
    Optional<URI> url =
        engine.local() && !settings.tls()
            ? Optional.of(URI.create("http://127.0.0.1:%d/v2/".formatted(settings.port())))
            : Optional.empty();
    readiness.await(
        "the container " + settings.name(),
        () -> {
          Container container = running(settings.name());
          if (container.health().filter(Container.Health.UNHEALTHY::equals).isPresent()) {
            return Optional.of("its health check fails" + lastLines(settings.name()));
          }
          if (url.isPresent()) {
            return Readiness.answer(url.get());
          }
          return container.health().filter(Container.Health.STARTING::equals).isPresent()
              ? Optional.of("its health check hasn't succeeded yet")
              : Optional.empty();
        });
  }

  /** A watcher that can't do its work ends at once, and is started again and again. */
  private void awaitWatching(String name)
      throws IOException, DeployException, InterruptedException {
    readiness.await(
        "the container " + name,
        () -> {
          Container container = running(name);
          return container.state() == Container.State.RUNNING
              ? Optional.empty()
              : Optional.of("it is " + container.state());
        });
  }

  private Container running(String name) throws IOException, DeployException {
    Container container =
        engine
            .container(name)
            .orElseThrow(() -> new DeployException("somebody has removed the container " + name));
    return switch (container.state()) {
      case CREATED, RUNNING -> container;
      case PAUSED ->
          throw new DeployException(
              "the container %1$s is paused: docker unpause %1$s".formatted(name));
      case RESTARTING, REMOVING, EXITED, DEAD ->
          throw new DeployException(
              "the container %s has ended right after its start%s"
                  .formatted(name, lastLines(name)));
    };
  }

  private String lastLines(String name) throws EngineException {
    return "; it wrote last:\n" + engine.logs(name, LAST_LINES).stripTrailing();
  }
}
