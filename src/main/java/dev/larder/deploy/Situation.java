package dev.larder.deploy;

import dev.larder.engine.Container;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What there is on an engine of what Larder needs.
 *
 * @param containers all containers, running or not
 * @param network whether the network is there
 * @param volume whether the volume is there; true where none is wanted
 * @param image the image's id
 */
record Situation(List<Container> containers, boolean network, boolean volume, String image) {

  /** Looks. */
  static Situation of(Engine engine, Settings settings, String image) throws EngineException {
    return new Situation(
        engine.containers(Map.of(), true),
        engine.network(settings.network()).isPresent(),
        !(settings.storage() instanceof Storage.Volume(String name)) || engine.hasVolume(name),
        image);
  }

  Optional<Container> container(String name) {
    return containers.stream().filter(container -> container.name().equals(name)).findFirst();
  }
}
