package dev.larder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineAddressTest {
  @TempDir private Path home;

  @Test
  void dockerHostWins() throws Exception {
    context("remote", "tcp://10.0.0.7:2376", true);

    EngineAddress address =
        find(Map.of("DOCKER_HOST", "unix:///tmp/my.sock", "DOCKER_CONTEXT", "remote"));

    assertThat(address.uri()).hasToString("unix:///tmp/my.sock");
    assertThat(address.certificates()).isEmpty();
  }

  @Test
  void dockerHostIsReachedByTlsWhereTheVariableSaysSo() throws Exception {
    EngineAddress address =
        find(Map.of("DOCKER_HOST", "tcp://build:2376", "DOCKER_TLS_VERIFY", "1"));

    assertThat(address.certificates()).contains(home.resolve(".docker"));
    assertThat(address.local()).isFalse();
  }

  @Test
  void dockersCertificatesMayBeElsewhere() throws Exception {
    EngineAddress address =
        find(
            Map.of(
                "DOCKER_HOST", "tcp://build:2376",
                "DOCKER_TLS_VERIFY", "1",
                "DOCKER_CERT_PATH", "/certs"));

    assertThat(address.certificates()).contains(Path.of("/certs"));
  }

  @Test
  void theCurrentContextIsTaken() throws Exception {
    context("colima", "unix:///home/me/.colima/docker.sock", false);
    configuration("{\"currentContext\": \"colima\", \"auths\": {}}");

    EngineAddress address = find(Map.of());

    assertThat(address.uri()).hasToString("unix:///home/me/.colima/docker.sock");
    assertThat(address.source()).contains("colima");
    assertThat(address.local()).isTrue();
  }

  @Test
  void aContextBringsItsCertificates() throws Exception {
    context("remote", "tcp://10.0.0.7:2376", true);

    EngineAddress address = find(Map.of("DOCKER_CONTEXT", "remote"));

    assertThat(address.uri()).hasToString("tcp://10.0.0.7:2376");
    assertThat(address.certificates().get()).isDirectory().startsWith(home);
  }

  @Test
  void aContextThatIsntThereIsNamed() {
    assertThatThrownBy(() -> find(Map.of("DOCKER_CONTEXT", "gone")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("the Docker context gone")
        .hasMessageContaining("docker context ls");
  }

  @Test
  void theDefaultContextIsTheUsualSocket() throws Exception {
    Path socket = socket("run/docker.sock");

    EngineAddress address =
        find(
            Map.of("DOCKER_CONTEXT", "default", "XDG_RUNTIME_DIR", home.resolve("run").toString()));

    assertThat(address.uri()).hasToString("unix://" + socket);
  }

  @Test
  void podmansSocketIsTakenWhereDockersIsntThere() throws Exception {
    Path socket = socket("run/podman/podman.sock");

    EngineAddress address = find(Map.of("XDG_RUNTIME_DIR", home.resolve("run").toString()));

    assertThat(address.uri()).hasToString("unix://" + socket);
  }

  @Test
  void kindsProviderVariableAsksForPodmanThoughDockerIsThere() throws Exception {
    socket("run/docker.sock");
    Path socket = socket("run/podman/podman.sock");

    EngineAddress address =
        find(
            Map.of(
                "KIND_EXPERIMENTAL_PROVIDER", "podman",
                "DOCKER_HOST", "unix:///elsewhere",
                "XDG_RUNTIME_DIR", home.resolve("run").toString()));

    assertThat(address.uri()).hasToString("unix://" + socket);
  }

  @Test
  void podmanMayBeNamedByContainerHost() throws Exception {
    EngineAddress address =
        find(
            Map.of("KIND_EXPERIMENTAL_PROVIDER", "podman", "CONTAINER_HOST", "unix:///run/p.sock"));

    assertThat(address.uri()).hasToString("unix:///run/p.sock");
  }

  @Test
  void aProviderWithoutAnApiIsRefused() {
    assertThatThrownBy(() -> find(Map.of("KIND_EXPERIMENTAL_PROVIDER", "nerdctl")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("nerdctl");
  }

  @Test
  void sshIsRefusedWithTheWayAroundIt() {
    assertThatThrownBy(() -> find(Map.of("DOCKER_HOST", "ssh://me@build")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("ssh -nNT")
        .hasMessageContaining("me@build");
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> find(Map.of("DOCKER_HOST", "tcp://")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("DOCKER_HOST=tcp://");
    assertThatThrownBy(() -> find(Map.of("DOCKER_HOST", "/var/run/docker.sock")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("unix:///PATH");
  }

  @Test
  void withoutAnySocketTheMessageSaysWhereItLooked() {
    assertThatThrownBy(
            () ->
                find(
                    Map.of(
                        "KIND_EXPERIMENTAL_PROVIDER",
                        "podman",
                        "XDG_RUNTIME_DIR",
                        home.resolve("run").toString())))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(home.resolve("run/podman/podman.sock").toString())
        .hasMessageContaining("podman.socket");
  }

  private EngineAddress find(Map<String, String> environment) throws EngineException {
    return EngineAddress.find(environment, home);
  }

  private Path socket(String path) throws IOException {
    Path socket = home.resolve(path);
    Files.createDirectories(socket.getParent());
    return Files.createFile(socket);
  }

  private void configuration(String json) throws IOException {
    Files.createDirectories(home.resolve(".docker"));
    Files.writeString(home.resolve(".docker/config.json"), json);
  }

  private void context(String name, String host, boolean tls) throws IOException {
    String folder = Digest.sha256(name.getBytes(StandardCharsets.UTF_8)).hex();
    Path meta = home.resolve(".docker/contexts/meta").resolve(folder);
    Files.createDirectories(meta);
    Files.writeString(
        meta.resolve("meta.json"),
        """
        {"Name": "%s", "Metadata": {}, "Endpoints": {"docker": {"Host": "%s", "SkipTLSVerify": false}}}
        """
            .formatted(name, host));
    if (tls) {
      Files.createDirectories(
          home.resolve(".docker/contexts/tls").resolve(folder).resolve("docker"));
    }
  }
}
