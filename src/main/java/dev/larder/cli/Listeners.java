package dev.larder.cli;

import dev.larder.console.ConsoleHandler;
import dev.larder.console.ConsoleHandler.Exposition;
import dev.larder.console.Door;
import dev.larder.console.Health;
import dev.larder.console.NothingElse;
import dev.larder.http.Handler;
import dev.larder.http.Server.Listener;
import dev.larder.metrics.Metrics;
import dev.larder.registry.RegistryHandler;
import dev.larder.registry.access.AccessControl;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which address answers what. Health is told wherever images are. Metrics are there too, unless
 * they have an address of their own, or Larder stands in for a {@code registry:2}, which has them
 * at its address for debugging.
 */
final class Listeners {
  private final Configuration configuration;
  private final Health health;
  private final Metrics metrics;

  Listeners(Configuration configuration, Health health, Metrics metrics) {
    this.configuration = configuration;
    this.health = health;
    this.metrics = metrics;
  }

  /** The listeners in the configuration's order; one for metrics or debugging comes last. */
  List<Listener> of(RegistryHandler registry, AccessControl access) {
    boolean elsewhere =
        configuration.telemetry().metrics().isPresent() || configuration.standIn().hostedFirst();
    Optional<Exposition> beside =
        elsewhere
            ? Optional.empty()
            : Optional.of(
                new Exposition(ConsoleHandler.METRICS, metrics, new Door(Optional.of(access))));
    List<Listener> listeners = new ArrayList<>();
    for (ListenAddress listen : configuration.listen()) {
      Handler images = listen.upstream().<Handler>map(registry::boundTo).orElse(registry);
      listeners.add(
          new Listener(
              listen.socketAddress(),
              configuration.tls(),
              AddedHeaders.to(
                  new ConsoleHandler(health, beside, images), configuration.standIn().headers())));
    }
    configuration
        .telemetry()
        .metrics()
        .ifPresent(own -> listeners.add(alone(own, Optional.of(ConsoleHandler.METRICS))));
    configuration
        .standIn()
        .debug()
        .ifPresent(debug -> listeners.add(alone(debug.address(), debug.metrics())));
    return listeners;
  }

  private Listener alone(ListenAddress address, Optional<String> metricsPath) {
    return new Listener(
        address.socketAddress(),
        new ConsoleHandler(
            health,
            metricsPath.map(path -> new Exposition(path, metrics, Door.OPEN)),
            new NothingElse(
                "only health%s is here"
                    .formatted(
                        metricsPath.map(path -> ", and metrics under " + path).orElse("")))));
  }
}
