package dev.larder.deploy;

import dev.larder.engine.ContainerSpec;
import dev.larder.engine.Endpoint;
import java.util.List;
import java.util.Map;

/** A change on the engine. */
sealed interface Step {
  /** What is done, for the user. */
  String what();

  /** Makes the network, as kind would. */
  record MakeNetwork(String name) implements Step {
    @Override
    public String what() {
      return "made the network " + name;
    }
  }

  /** Makes the volume. */
  record MakeVolume(String name) implements Step {
    @Override
    public String what() {
      return "made the volume " + name;
    }
  }

  /** Removes a container of ours. */
  record Remove(String container, String why) implements Step {
    @Override
    public String what() {
      return "removed the container %s: %s".formatted(container, why);
    }
  }

  /**
   * Creates a container and starts it.
   *
   * @param spec the container
   * @param files files to write into it before, by path
   * @param more networks that it is to be on too
   */
  record Run(ContainerSpec spec, Map<String, byte[]> files, List<Endpoint> more) implements Step {
    @Override
    public String what() {
      return "started the container " + spec.name();
    }
  }

  /** Puts a container of ours on the network again. */
  record Join(String container, String network, List<String> aliases) implements Step {
    @Override
    public String what() {
      return "put the container %s on the network %s".formatted(container, network);
    }
  }

  /** Starts a container that has stopped. */
  record Start(String container) implements Step {
    @Override
    public String what() {
      return "started the container %s again".formatted(container);
    }
  }
}
