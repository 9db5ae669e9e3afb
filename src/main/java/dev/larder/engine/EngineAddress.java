package dev.larder.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.oci.Digest;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where an engine is.
 *
 * @param uri {@code unix:///run/docker.sock}, {@code tcp://host:2376} or {@code npipe://…}
 * @param certificates the folder of {@code ca.pem}, {@code cert.pem} and {@code key.pem}; empty for
 *     plain HTTP
 * @param source what names it, for messages
 */
record EngineAddress(URI uri, Optional<Path> certificates, String source) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Set<String> SCHEMES = Set.of("unix", "tcp", "npipe");
  private static final String DEFAULT_CONTEXT = "default";

  /**
   * The engine that is meant, by the rules of Docker's own command and of kind: KIND_EXPERIMENTAL
   * _PROVIDER, DOCKER_HOST, DOCKER_CONTEXT, the current context of Docker's configuration,
   * CONTAINER_HOST, the first of the usual sockets that is there.
   *
   * @throws EngineException if none is there, or what names it is wrong; the message says what to
   *     do
   */
  static EngineAddress find(Map<String, String> environment, Path home) throws EngineException {
    String provider = environment.getOrDefault("KIND_EXPERIMENTAL_PROVIDER", "");
    Optional<EngineAddress> podmans = given(environment, "CONTAINER_HOST", Optional.empty());
    switch (provider) {
      case "", "docker" -> {}
      case "podman" -> {
        return podmans.isPresent() ? podmans.get() : firstOf(podmanSockets(environment));
      }
      default ->
          throw new EngineException(
              "KIND_EXPERIMENTAL_PROVIDER=%s has no API that Larder speaks; it works with docker and podman"
                  .formatted(provider));
    }
    Path configuration =
        variable(environment, "DOCKER_CONFIG").map(Path::of).orElse(home.resolve(".docker"));
    Optional<EngineAddress> host =
        given(environment, "DOCKER_HOST", certificates(environment, configuration));
    if (host.isPresent()) {
      return host.get();
    }
    Optional<String> context =
        variable(environment, "DOCKER_CONTEXT").or(() -> currentContext(configuration));
    if (context.isPresent() && !context.get().equals(DEFAULT_CONTEXT)) {
      return ofContext(configuration, context.get());
    }
    List<Path> sockets = dockerSockets(environment, home);
    if (podmans.isPresent() && sockets.stream().noneMatch(Files::exists)) {
      return podmans.get();
    }
    return firstOf(Stream.concat(sockets.stream(), podmanSockets(environment).stream()).toList());
  }

  /** Whether the engine runs where this process runs, so that its published ports are here. */
  boolean local() {
    return !"tcp".equals(uri.getScheme())
        || Set.of("localhost", "127.0.0.1").contains(String.valueOf(uri.getHost()));
  }

  private static List<Path> dockerSockets(Map<String, String> environment, Path home) {
    return Stream.concat(
            Stream.of(Path.of("/var/run/docker.sock")),
            Stream.concat(
                inRuntimeFolder(environment, "docker.sock"),
                Stream.of(home.resolve(".docker/run/docker.sock"))))
        .toList();
  }

  private static List<Path> podmanSockets(Map<String, String> environment) {
    return Stream.concat(
            inRuntimeFolder(environment, "podman/podman.sock"),
            Stream.of(Path.of("/run/podman/podman.sock")))
        .toList();
  }

  private static Stream<Path> inRuntimeFolder(Map<String, String> environment, String name) {
    return variable(environment, "XDG_RUNTIME_DIR")
        .map(folder -> Path.of(folder).resolve(name))
        .stream();
  }

  private static EngineAddress firstOf(List<Path> sockets) throws EngineException {
    for (Path socket : sockets) {
      if (Files.exists(socket)) {
        return new EngineAddress(
            URI.create("unix://" + socket), Optional.empty(), "the usual socket");
      }
    }
    throw new EngineException(
        "no container engine found: no socket at %s. Start Docker or Podman (systemctl --user start podman.socket), or say by DOCKER_HOST where it is"
            .formatted(String.join(", ", sockets.stream().map(Path::toString).toList())));
  }

  private static Optional<EngineAddress> given(
      Map<String, String> environment, String name, Optional<Path> certificates)
      throws EngineException {
    Optional<String> value = variable(environment, name);
    return value.isEmpty()
        ? Optional.empty()
        : Optional.of(parse(value.get(), certificates, "%s=%s".formatted(name, value.get())));
  }

  private static EngineAddress parse(String text, Optional<Path> certificates, String source)
      throws EngineException {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new EngineException(source + ": this is not an address: " + e.getMessage(), e);
    }
    String scheme = String.valueOf(uri.getScheme());
    if (scheme.equals("ssh")) {
      throw new EngineException(
          "%s: Larder doesn't speak ssh. Bring the socket here (ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock %s) and set DOCKER_HOST=unix:///tmp/engine.sock"
              .formatted(source, uri.getAuthority()));
    }
    if (!SCHEMES.contains(scheme) || (scheme.equals("tcp") && uri.getHost() == null)) {
      throw new EngineException(
          source + ": write unix:///PATH, tcp://HOST:PORT or npipe:////./pipe/NAME");
    }
    return new EngineAddress(uri, scheme.equals("tcp") ? certificates : Optional.empty(), source);
  }

  private static Optional<Path> certificates(Map<String, String> environment, Path configuration) {
    return variable(environment, "DOCKER_TLS_VERIFY")
        .map(_ -> variable(environment, "DOCKER_CERT_PATH").map(Path::of).orElse(configuration));
  }

  private static Optional<String> currentContext(Path configuration) {
    Path file = configuration.resolve("config.json");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readTree(file.toFile()).path("currentContext").asText())
          .filter(name -> !name.isEmpty());
    } catch (IOException e) {
      // Docker's own command warns of such a file and goes on without it.
      System.getLogger("dev.larder.engine")
          .log(System.Logger.Level.WARNING, "{0} can''t be read: {1}", file, e.getMessage());
      return Optional.empty();
    }
  }

  /** Docker keeps contexts in folders that are named by the digest of the context's name. */
  private static EngineAddress ofContext(Path configuration, String name) throws EngineException {
    String source = "the Docker context " + name;
    String folder = Digest.sha256(name.getBytes(StandardCharsets.UTF_8)).hex();
    Path file = configuration.resolve("contexts/meta").resolve(folder).resolve("meta.json");
    JsonNode endpoint;
    try {
      endpoint = JSON.readTree(file.toFile()).path("Endpoints").path("docker");
    } catch (IOException e) {
      throw new EngineException(
          "%s can't be read; docker context ls shows those that there are (%s)"
              .formatted(source, e.getMessage()),
          e);
    }
    Path certificates = configuration.resolve("contexts/tls").resolve(folder).resolve("docker");
    return parse(
        endpoint.path("Host").asText(),
        Files.isDirectory(certificates) ? Optional.of(certificates) : Optional.empty(),
        source);
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
  }
}
