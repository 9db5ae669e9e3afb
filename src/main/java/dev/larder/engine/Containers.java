package dev.larder.engine;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HealthCheck;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.InternetProtocol;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** The containers of an engine. */
record Containers(Api api) {

  List<Container> list(Map<String, String> labels, boolean stoppedToo) throws EngineException {
    List<String> filters =
        labels.entrySet().stream()
            .map(
                label ->
                    label.getValue().isEmpty()
                        ? label.getKey()
                        : label.getKey() + "=" + label.getValue())
            .toList();
    List<String> ids =
        api.ask(
            "list containers",
            client -> {
              var command = client.listContainersCmd().withShowAll(stoppedToo);
              if (!filters.isEmpty()) {
                command.withLabelFilter(filters);
              }
              return command.exec().stream()
                  .map(com.github.dockerjava.api.model.Container::getId)
                  .toList();
            });
    List<Container> containers = new ArrayList<>();
    for (String id : ids) {
      find(id).ifPresent(containers::add); // one that has gone since doesn't count
    }
    return containers;
  }

  Optional<Container> find(String nameOrId) throws EngineException {
    return api.find(
        "look at the container " + nameOrId,
        client -> ContainerReader.read(client.inspectContainerCmd(nameOrId).exec()));
  }

  String create(ContainerSpec spec) throws EngineException {
    return api.ask(
        "create the container %s from %s".formatted(spec.name(), spec.image()),
        client -> {
          CreateContainerCmd command =
              client
                  .createContainerCmd(spec.image())
                  .withName(spec.name())
                  .withEnv(spec.environment())
                  .withLabels(spec.labels())
                  .withExposedPorts(spec.ports().stream().map(Containers::exposed).toList())
                  .withHostConfig(hostConfig(spec));
          if (!spec.command().isEmpty()) {
            command.withCmd(spec.command());
          }
          if (!spec.aliases().isEmpty()) {
            command.withAliases(spec.aliases());
          }
          if (!spec.healthCheck()) {
            command.withHealthcheck(new HealthCheck().withTest(List.of("NONE")));
          }
          spec.user().ifPresent(command::withUser);
          spec.address().ifPresent(command::withIpv4Address);
          return command.exec().getId();
        });
  }

  private static HostConfig hostConfig(ContainerSpec spec) {
    return HostConfig.newHostConfig()
        .withNetworkMode(spec.network())
        .withRestartPolicy(restart(spec.restart()))
        .withMounts(spec.mounts().stream().map(Containers::mount).toList())
        .withSecurityOpts(spec.securityOptions())
        .withPortBindings(
            spec.ports().stream()
                .map(
                    port ->
                        new PortBinding(
                            Ports.Binding.bindIpAndPort(port.hostAddress(), port.hostPort()),
                            exposed(port)))
                .toList());
  }

  private static ExposedPort exposed(Port port) {
    return new ExposedPort(port.inside(), InternetProtocol.parse(port.protocol()));
  }

  private static com.github.dockerjava.api.model.RestartPolicy restart(RestartPolicy policy) {
    return switch (policy) {
      case NO -> com.github.dockerjava.api.model.RestartPolicy.noRestart();
      case ON_FAILURE -> com.github.dockerjava.api.model.RestartPolicy.onFailureRestart(0);
      case UNLESS_STOPPED -> com.github.dockerjava.api.model.RestartPolicy.unlessStoppedRestart();
      case ALWAYS -> com.github.dockerjava.api.model.RestartPolicy.alwaysRestart();
    };
  }

  private static com.github.dockerjava.api.model.Mount mount(Mount mount) {
    MountType type =
        switch (mount.kind()) {
          case VOLUME -> MountType.VOLUME;
          case FOLDER -> MountType.BIND;
          case TMPFS -> MountType.TMPFS;
          case OTHER -> throw new IllegalArgumentException("can't be created: " + mount);
        };
    var created =
        new com.github.dockerjava.api.model.Mount()
            .withType(type)
            .withTarget(mount.target())
            .withReadOnly(mount.readOnly());
    return mount.kind() == Mount.Kind.TMPFS ? created : created.withSource(mount.source());
  }

  void copyInto(String container, Map<String, byte[]> files) throws EngineException {
    api.change(
        "write into the container " + container,
        client ->
            client
                .copyArchiveToContainerCmd(container)
                .withRemotePath("/")
                .withTarInputStream(new ByteArrayInputStream(tar(files)))
                .exec());
  }

  private static byte[] tar(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  void start(String container) throws EngineException {
    api.change(
        "start the container " + container, client -> client.startContainerCmd(container).exec());
  }

  void stop(String container, Duration grace) throws EngineException {
    api.change(
        "stop the container " + container,
        client ->
            client
                .stopContainerCmd(container)
                .withTimeout(Math.toIntExact(grace.toSeconds()))
                .exec());
  }

  void remove(String container) throws EngineException {
    api.remove(
        "remove the container " + container,
        client ->
            client.removeContainerCmd(container).withForce(true).withRemoveVolumes(true).exec());
  }

  String logs(String container, int lines) throws EngineException {
    return api.ask(
        "read what the container %s wrote".formatted(container),
        client -> {
          Collected<Frame> frames =
              client
                  .logContainerCmd(container)
                  .withStdOut(true)
                  .withStdErr(true)
                  .withTail(lines)
                  .exec(new Collected<>());
          StringBuilder text = new StringBuilder();
          for (Frame frame : frames.await()) {
            text.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
          }
          return text.toString();
        });
  }
}
