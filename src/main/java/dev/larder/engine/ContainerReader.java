package dev.larder.engine;

import com.github.dockerjava.api.command.HealthState;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Ports;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a {@link Container} of what an engine says; engines leave out what is empty. */
final class ContainerReader {
  /** What engines write for a container that was never started. */
  private static final int NO_YEAR = 1;

  private ContainerReader() {}

  static Container read(InspectContainerResponse answer) {
    ContainerState state = answer.getState();
    var config = answer.getConfig();
    return new Container(
        answer.getId(),
        answer.getName().replaceFirst("^/", ""),
        text(config.getImage()),
        Map.copyOf(orEmpty(config.getLabels())),
        state(state),
        health(state.getHealth()),
        endpoints(answer),
        ports(answer),
        mounts(answer),
        config.getEnv() == null ? List.of() : List.of(config.getEnv()),
        instant(state.getStartedAt()),
        restart(answer));
  }

  private static Container.State state(ContainerState state) {
    return switch (text(state.getStatus())) {
      case "running" -> Container.State.RUNNING;
      case "paused" -> Container.State.PAUSED;
      case "restarting" -> Container.State.RESTARTING;
      case "removing" -> Container.State.REMOVING;
      case "exited", "stopped" -> Container.State.EXITED;
      case "dead" -> Container.State.DEAD;
      default -> Container.State.CREATED; // Podman has more words for what isn't running yet
    };
  }

  private static Optional<Container.Health> health(@Nullable HealthState health) {
    String status = health == null ? "" : text(health.getStatus());
    return switch (status.toLowerCase(Locale.ROOT)) {
      case "starting" -> Optional.of(Container.Health.STARTING);
      case "healthy" -> Optional.of(Container.Health.HEALTHY);
      case "unhealthy" -> Optional.of(Container.Health.UNHEALTHY);
      default -> Optional.empty();
    };
  }

  private static List<Endpoint> endpoints(InspectContainerResponse answer) {
    var settings = answer.getNetworkSettings();
    Map<String, ContainerNetwork> networks =
        settings == null ? Map.of() : orEmpty(settings.getNetworks());
    return networks.entrySet().stream()
        .map(
            entry ->
                new Endpoint(
                    entry.getKey(),
                    present(entry.getValue().getIpAddress()),
                    present(entry.getValue().getGateway()),
                    entry.getValue().getAliases() == null
                        ? List.of()
                        : List.copyOf(entry.getValue().getAliases())))
        .toList();
  }

  /** While it runs, what the engine has bound; else what it is to bind. */
  private static List<Port> ports(InspectContainerResponse answer) {
    boolean running = Boolean.TRUE.equals(answer.getState().getRunning());
    Ports ports =
        running ? answer.getNetworkSettings().getPorts() : answer.getHostConfig().getPortBindings();
    List<Port> read = new ArrayList<>();
    for (Map.Entry<ExposedPort, Ports.Binding @Nullable []> entry :
        orEmpty(ports == null ? null : ports.getBindings()).entrySet()) {
      Ports.Binding[] bindings = entry.getValue();
      for (Ports.Binding binding : bindings == null ? new Ports.Binding[0] : bindings) {
        read.add(
            new Port(
                entry.getKey().getPort(),
                entry.getKey().getProtocol().toString(),
                present(binding.getHostIp()).orElse("0.0.0.0"),
                port(text(binding.getHostPortSpec()))));
      }
    }
    return read;
  }

  private static int port(String spec) {
    return spec.matches("[0-9]{1,5}") ? Integer.parseInt(spec) : 0;
  }

  private static List<Mount> mounts(InspectContainerResponse answer) {
    if (answer.getMounts() == null) {
      return List.of();
    }
    return answer.getMounts().stream()
        .map(
            mount -> {
              boolean readOnly = Boolean.FALSE.equals(mount.getRW());
              String target =
                  mount.getDestination() == null ? "" : mount.getDestination().getPath();
              Optional<String> volume = present(mount.getName());
              if (volume.isPresent()) {
                return new Mount(Mount.Kind.VOLUME, volume.get(), target, readOnly);
              }
              Optional<String> source = present(mount.getSource());
              return new Mount(
                  source.isPresent() ? Mount.Kind.FOLDER : Mount.Kind.TMPFS,
                  source.orElse(""),
                  target,
                  readOnly);
            })
        .toList();
  }

  private static RestartPolicy restart(InspectContainerResponse answer) {
    var policy = answer.getHostConfig().getRestartPolicy();
    return switch (policy == null ? "" : text(policy.getName())) {
      case "always" -> RestartPolicy.ALWAYS;
      case "unless-stopped" -> RestartPolicy.UNLESS_STOPPED;
      case "on-failure" -> RestartPolicy.ON_FAILURE;
      default -> RestartPolicy.NO;
    };
  }

  private static Optional<Instant> instant(@Nullable String text) {
    return present(text)
        .map(OffsetDateTime::parse)
        .filter(time -> time.getYear() > NO_YEAR)
        .map(OffsetDateTime::toInstant);
  }

  private static <K, V> Map<K, V> orEmpty(@Nullable Map<K, V> map) {
    return map == null ? Map.of() : map;
  }

  private static Optional<String> present(@Nullable String text) {
    return Optional.ofNullable(text).filter(value -> !value.isEmpty());
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
