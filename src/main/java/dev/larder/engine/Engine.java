package dev.larder.engine;

import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A container engine, by its API. Thread-safe.
 *
 * <p>Containers, networks and images are named by name or id. A method that changes something
 * throws {@link EngineException} if the engine refuses; its message says what was asked of which
 * container and why it didn't work.
 */
@SuppressWarnings("DoNotCallSuggester") // bodies follow
public final class Engine implements Closeable {
  private Engine() {}

  /**
   * Connects to the engine that {@code environment} and the user's configuration name, and else to
   * the one at the usual sockets: DOCKER_HOST, DOCKER_CONTEXT, the current context of Docker's
   * configuration; CONTAINER_HOST where KIND_EXPERIMENTAL_PROVIDER says podman; Podman's sockets
   * where Docker's isn't there.
   *
   * @param home the user's folder
   * @throws EngineException if none answers; the message says which address was tried and what to
   *     do
   */
  public static Engine connect(Map<String, String> environment, Path home) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** The engine's address: {@code unix:///var/run/docker.sock}. */
  public String address() {
    throw new UnsupportedOperationException();
  }

  /** What it calls itself, with its version: {@code Docker 28.5.2}, {@code Podman 5.8.0}. */
  public String name() {
    throw new UnsupportedOperationException();
  }

  /** Its version. */
  public Version version() {
    throw new UnsupportedOperationException();
  }

  /** Whether it is Podman. */
  public boolean podman() {
    throw new UnsupportedOperationException();
  }

  /** How it is set up. */
  public Info info() throws EngineException {
    throw new UnsupportedOperationException();
  }

  /**
   * The containers with all of {@code labels}.
   *
   * @param labels by name; an empty value stands for any
   * @param stoppedToo whether those count that aren't running
   */
  public List<Container> containers(Map<String, String> labels, boolean stoppedToo)
      throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** The container of this name or id. */
  public Optional<Container> container(String nameOrId) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /**
   * Creates a container, and doesn't start it.
   *
   * @return its id
   */
  public String create(ContainerSpec spec) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /**
   * Writes files into a container, running or not: {@code files} by path, without the first slash.
   */
  public void copyInto(String container, Map<String, byte[]> files) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** Starts a container; one that runs is left alone. */
  public void start(String container) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /**
   * Asks a container to stop, and kills it after {@code grace}; one that doesn't run is left alone.
   */
  public void stop(String container, Duration grace) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /**
   * Removes a container, running or not, with its volumes that have no name. No such one is fine.
   */
  public void remove(String container) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** The last {@code lines} of what a container wrote, to either stream. */
  public String logs(String container, int lines) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** Runs a command in a container, as root, without input, and waits for its end. */
  public ExecResult exec(String container, List<String> command) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** As {@link #exec(String, List)}, with {@code stdin} as the command's input. */
  public ExecResult exec(String container, List<String> command, byte[] stdin)
      throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** Starts a command in a container, as root, with its streams open. */
  public Session open(String container, List<String> command) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** All networks, without their members. */
  public List<Network> networks() throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** The network of this name or id, with its members. */
  public Optional<Network> network(String nameOrId) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** Creates a bridge network; several of one name are refused. */
  public Network createNetwork(NetworkSpec spec) throws EngineException {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }

  /** Takes a container off a network; one that isn't on it is left alone. */
  public void disconnect(String network, String container) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** Removes a network; no such one is fine. */
  public void removeNetwork(String name) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** Whether there is a volume of this name. */
  public boolean hasVolume(String name) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** Creates a volume. */
  public void createVolume(String name, Map<String, String> labels) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** Removes a volume with what is in it; no such one is fine. */
  public void removeVolume(String name) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** All images that have a name. */
  public List<Image> images() throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** The image of this name or id. */
  public Optional<Image> image(String nameOrId) throws EngineException {
    throw new UnsupportedOperationException();
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
      Map<String, String> labels,
      Map<String, String> buildArguments,
      Consumer<String> lines)
      throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** Gives an image another name. */
  public void tag(String image, String repository, String tag) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /** Pushes an image to the registry that its name says. */
  public void push(String image, Consumer<PushProgress> progress) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes a name from an image, and the image itself away with its last one; no such one is fine.
   */
  public void removeImage(String name) throws EngineException {
    throw new UnsupportedOperationException();
  }

  /**
   * Hands over what happens to containers: starts, ends, removals, joining and leaving networks.
   * Returns when this engine is closed.
   *
   * @param since from when on; what has happened since then comes first
   * @throws EngineException if the engine goes away
   */
  public void watch(Instant since, Consumer<Event> events)
      throws EngineException, InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** Ends what is under way, {@link #watch} too. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
