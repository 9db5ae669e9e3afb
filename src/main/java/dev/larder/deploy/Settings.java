package dev.larder.deploy;

import java.util.Map;
import java.util.Optional;

/**
 * How Larder's container is wanted.
 *
 * @param name its name
 * @param version the version of the Larder that makes it
 * @param image the image's name
 * @param port the port of the host's 127.0.0.1 that leads to it
 * @param storage where it keeps images
 * @param configuration the configuration's files by name, of which {@link #CONFIGURATION} is the
 *     first to be read; empty for none
 * @param tls whether the configuration has it speak TLS
 * @param network the network of clusters that it is on
 * @param watch whether a second container is to wire new nodes
 * @param socket the engine's socket on its host, for that one
 */
public record Settings(
    String name,
    String version,
    String image,
    int port,
    Storage storage,
    Map<String, byte[]> configuration,
    boolean tls,
    String network,
    boolean watch,
    String socket) {
  /** The configuration file's name among {@link #configuration}. */
  public static final String CONFIGURATION = "larder.yml";

  /** The port if none is asked for. That of {@code registry:2} is AirPlay's on macOS. */
  public static final int DEFAULT_PORT = 5001;

  /** The name of the container that wires new nodes. */
  public String watcher() {
    return watcher(name);
  }

  /** The name of the container that wires new nodes for the Larder of this name. */
  static String watcher(String name) {
    return name + "-watch";
  }

  /** The path of the configuration file in the container. */
  Optional<String> configurationFile() {
    return configuration.isEmpty()
        ? Optional.empty()
        : Optional.of("/" + ContainerSpecs.CONFIGURATION_FOLDER + CONFIGURATION);
  }
}
