package dev.larder.cli;

import dev.larder.control.ControlClient;
import dev.larder.deploy.Deployment;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the Larder that a command is meant for: the one that serves the folder, or, where nothing
 * says which folder, the one in a container; or the folder itself where none serves it.
 *
 * @param configuration says which folder
 * @param named whether somebody has said so; else it is the usual one
 * @param container the name of Larder's container, if somebody has said that
 * @param engines connects to the container engine; not before it is needed
 */
record TargetFinder(
    Configuration configuration, boolean named, Optional<String> container, Engines engines) {

  /** Connects to the container engine. */
  @FunctionalInterface
  interface Engines {
    Engine connect() throws EngineException;
  }

  /**
   * Finds it.
   *
   * @param files what the operation reads of this machine; then it may begin a store, too
   * @throws CommandException if there is none, or one that can't do this
   * @throws IOException if there is one that can't be asked; the message is for the user
   */
  Target find(Optional<Path> files) throws CommandException, IOException {
    if (container.isPresent()) {
      return container(container.get(), files);
    }
    Optional<ControlClient> server =
        ControlClient.connect(DataFolder.controlSocket(configuration.data()));
    if (server.isPresent()) {
      return new Target.Server(server.get());
    }
    if (named) {
      return here(
          files,
          "there is no store in %s: say where it is by --data or --config"
              .formatted(configuration.data()));
    }
    Engine engine;
    try {
      engine = engines.connect();
    } catch (EngineException e) {
      return here(files, nothing(" (%s)".formatted(e.getMessage()))); // no engine, no container
    }
    Optional<Target> contained = contained(engine, files);
    return contained.isPresent() ? contained.get() : here(files, nothing(""));
  }

  private String nothing(String engine) {
    return ("there is no Larder: none serves %s, and there is no container of Larder's%s; start one"
            + " with larder up or larder serve, or say where its store is by --data or --config")
        .formatted(configuration.data(), engine);
  }

  private Target here(Optional<Path> files, String noStore) throws CommandException, IOException {
    if (files.isEmpty() && !Files.isDirectory(configuration.data())) {
      throw CommandException.failure(noStore);
    }
    return Target.Here.open(configuration);
  }

  private Target container(String name, Optional<Path> files) throws CommandException, IOException {
    if (named) {
      throw CommandException.usage(
          "--container and a folder name two Larders: leave out one of --container and --data or"
              + " --config");
    }
    Engine engine = engines.connect();
    try {
      Deployment deployment =
          Deployment.find(engine, name)
              .orElseThrow(
                  () ->
                      CommandException.failure(
                          "there is no container of Larder's named %s on %s"
                              .formatted(name, engine.address())));
      return ask(engine, deployment, files);
    } catch (CommandException | IOException | RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  private static Optional<Target> contained(Engine engine, Optional<Path> files)
      throws CommandException, IOException {
    try {
      Optional<Deployment> deployment = Deployment.find(engine);
      if (deployment.isPresent()) {
        return Optional.of(ask(engine, deployment.get(), files));
      }
      engine.close();
      return Optional.empty();
    } catch (CommandException | IOException | RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  private static Target ask(Engine engine, Deployment deployment, Optional<Path> files)
      throws CommandException, IOException {
    String name = deployment.container().name();
    if (files.isPresent()) {
      throw CommandException.failure(
          ("the Larder in the container %1$s can't read %2$s, which is outside of it: docker cp"
                  + " %2$s %1$s:/tmp/import, then docker exec %1$s larder import /tmp/import;"
                  + " or name a folder by --data")
              .formatted(name, files.get()));
    }
    if (!deployment.running()) {
      throw CommandException.failure(
          "the container %s is stopped: start it with larder up, or name a folder by --data"
              .formatted(name));
    }
    return Target.InContainer.open(engine, name);
  }
}
