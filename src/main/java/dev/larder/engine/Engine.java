package dev.larder.engine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A container engine, by its API. Thread-safe.
 *
 * <p>Containers, networks and images are named by name or id. A method that changes something
 * throws {@link EngineException} if the engine refuses; its message says what was asked of which
 * container and why it didn't work.
 */
public final class Engine implements Closeable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String PODMAN = "Podman";

  private final Api api;
  private final Containers containers;
  private final Networks networks;
  private final Images images;
  private final String product;
  private final Version version;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

  private Engine(Api api, String product, Version version) {
    this.api = api;
    this.containers = new Containers(api);
    this.networks = new Networks(api);
    this.images = new Images(api);
    this.product = product;
    this.version = version;
  }

  /**
   * Connects to the engine that {@code environment} and the user's configuration name, and else to
   * the one at the usual sockets: DOCKER_HOST, DOCKER_CONTEXT, the current context of Docker's
   * configuration; CONTAINER_HOST where KIND_EXPERIMENTAL_PROVIDER says podman, or Docker's sockets
   * aren't there; then Podman's sockets.
   *
   * @param home the user's folder
   * @throws EngineException if none answers; the message says which address was tried and what to
   *     do
   */
  public static Engine connect(Map<String, String> environment, Path home) throws EngineException {
    EngineAddress address = EngineAddress.find(environment, home);
    String configured = environment.getOrDefault("DOCKER_CONFIG", "");
    Api api =
        new Api(address, configured.isEmpty() ? home.resolve(".docker") : Path.of(configured));
    try {
      var answer = FirstAnswer.of(api, PATIENCE);
      boolean podman =
          Optional.ofNullable(answer.getComponents()).orElse(List.of()).stream()
              .anyMatch(component -> String.valueOf(component.getName()).startsWith(PODMAN));
      return new Engine(api, podman ? PODMAN : "Docker", Version.parse(answer.getVersion()));
    } catch (EngineException e) {
      api.close();
      throw e;
    }
  }

  /** The engine's address: {@code unix:///var/run/docker.sock}. */
  public String address() {
    return api.address().uri().toString();
  }

  /** Whether it runs where this process runs, so that what it publishes on 127.0.0.1 is here. */
  public boolean local() {
    return api.address().local();
  }

  /** What it calls itself, with its version: {@code Docker 28.5.2}, {@code Podman 5.8.0}. */
  public String name() {
    return product + " " + version;
  }

  /** Its version. */
  public Version version() {
    return version;
  }

  /** Whether it is Podman. */
  public boolean podman() {
    return product.equals(PODMAN);
  }

  /** How it is set up. */
  public Info info() throws EngineException {
    return api.ask("look at the engine", client -> InfoReader.read(client.infoCmd().exec()));
  }

  /**
   * The containers with all of {@code labels}.
   *
   * @param labels by name; an empty value stands for any
   * @param stoppedToo whether those count that aren't running
   */
  public List<Container> containers(Map<String, String> labels, boolean stoppedToo)
      throws EngineException {
    return containers.list(labels, stoppedToo);
  }

  /** The container of this name or id. */
  public Optional<Container> container(String nameOrId) throws EngineException {
    return containers.find(nameOrId);
  }

  /**
   * Creates a container, and doesn't start it.
   *
   * @return its id
   */
  public String create(ContainerSpec spec) throws EngineException {
    return containers.create(spec);
  }

  /**
   * Writes files into a container, running or not: {@code files} by path, without the first slash.
   */
  public void copyInto(String container, Map<String, byte[]> files) throws EngineException {
    containers.copyInto(container, files);
  }

  /** Starts a container; one that runs is left alone. */
  public void start(String container) throws EngineException {
    containers.start(container);
  }

  /**
   * Asks a container to stop, and kills it after {@code grace}; one that doesn't run is left alone.
   */
  public void stop(String container, Duration grace) throws EngineException {
    containers.stop(container, grace);
  }

  /**
   * Removes a container, running or not, with its volumes that have no name. No such one is fine.
   */
  public void remove(String container) throws EngineException {
    containers.remove(container);
  }

  /** The last {@code lines} of what a container wrote, to either stream. */
  public String logs(String container, int lines) throws EngineException {
    return containers.logs(container, lines);
  }

  /** Runs a command in a container, as root, without input, and waits for its end. */
  public ExecResult exec(String container, List<String> command) throws EngineException {
    try (Session session = Session.start(api, container, command, false)) {
      return session.await();
    }
  }

  /** As {@link #exec(String, List)}, with {@code stdin} as the command's input. */
  public ExecResult exec(String container, List<String> command, byte[] stdin)
      throws EngineException {
    try (Session session = Session.start(api, container, command, true)) {
      return session.run(stdin);
    }
  }

  /** Starts a command in a container, as root, with its streams open. */
  public Session open(String container, List<String> command) throws EngineException {
    return Session.start(api, container, command, true);
  }

  /** All networks, without their members. */
  public List<Network> networks() throws EngineException {
    return networks.list();
  }

  /** The network of this name or id, with its members. */
  public Optional<Network> network(String nameOrId) throws EngineException {
    return networks.find(nameOrId);
  }

  /** Creates a bridge network; several of one name are refused. */
  public Network createNetwork(NetworkSpec spec) throws EngineException {
    return networks.create(spec);
  }

  /**
   * Puts a container on a network too.
   *
   * @param address its IPv4 address there; empty for one that the engine chooses
   * @param aliases further names there; none are possible on the default bridge
   */
  public void connect(
      String network, String container, Optional<String> address, List<String> aliases)
      throws EngineException {
    networks.connect(network, container, address, aliases);
  }

  /** Takes a container off a network; one that isn't on it is left alone. */
  public void disconnect(String network, String container) throws EngineException {
    networks.disconnect(network, container);
  }

  /** Removes a network; no such one is fine. */
  public void removeNetwork(String name) throws EngineException {
    networks.remove(name);
  }

  /** Whether there is a volume of this name. */
  public boolean hasVolume(String name) throws EngineException {
    return volume(name).isPresent();
  }

  /** The labels of the volume of this name; empty if there is none. */
  public Optional<Map<String, String>> volume(String name) throws EngineException {
    return api.find(
        "look at the volume " + name,
        client ->
            Optional.ofNullable(client.inspectVolumeCmd(name).exec().getLabels()).orElse(Map.of()));
  }

  /** Creates a volume. */
  public void createVolume(String name, Map<String, String> labels) throws EngineException {
    api.change(
        "create the volume " + name,
        client -> client.createVolumeCmd().withName(name).withLabels(labels).exec());
  }

  /** Removes a volume with what is in it; no such one is fine. */
  public void removeVolume(String name) throws EngineException {
    api.remove("remove the volume " + name, client -> client.removeVolumeCmd(name).exec());
  }

  /** The image of this name or id. */
  public Optional<Image> image(String nameOrId) throws EngineException {
    return images.find(nameOrId);
  }

  /**
   * Builds an image.
   *
   * @param context the folder of its files; what {@code .dockerignore} names stays behind
   * @param dockerfile the path of its Dockerfile, below {@code context}
   * @param tags the names that it gets
   * @param lines takes what the engine says, line by line
   * @return the image's id
   */
  public String build(
      Path context,
      String dockerfile,
      List<String> tags,
      Map<String, String> buildArguments,
      Consumer<String> lines)
      throws EngineException {
    return images.build(context, dockerfile, tags, buildArguments, lines);
  }

  /** Gives an image another name. */
  public void tag(String image, String repository, String tag) throws EngineException {
    images.tag(image, repository, tag);
  }

  /** Pushes an image to the registry that its name says. */
  public void push(String image, Consumer<PushProgress> progress) throws EngineException {
    images.push(image, progress);
  }

  /**
   * Takes a name from an image, and the image itself away with its last one; no such one is fine.
   */
  public void removeImage(String name) throws EngineException {
    images.remove(name);
  }

  /**
   * Hands over what happens to containers: starts and removals. Returns when this engine is closed.
   *
   * @param since from when on; of what has happened since then, what the engine remembers comes
   *     first
   * @throws EngineException if the engine goes away
   */
  public void watch(Instant since, Consumer<Event> events)
      throws EngineException, InterruptedException {
    Watch watch = Watch.start(api, since);
    watches.add(watch);
    try (watch) {
      watch.follow(events);
    } catch (EngineException e) {
      throw e;
    } catch (IOException e) {
      throw new EngineException("cannot end watching containers: " + e.getMessage(), e);
    } finally {
      watches.remove(watch);
    }
  }

  /** Ends what is under way, {@link #watch} too. */
  @Override
  public void close() throws EngineException {
    for (Watch watch : watches) {
      try {
        watch.close();
      } catch (IOException e) {
        throw new EngineException("cannot end watching containers: " + e.getMessage(), e);
      }
    }
    api.close();
  }
}
