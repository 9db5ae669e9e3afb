package dev.larder.deploy;

import dev.larder.engine.Mount;
import java.util.Optional;

/** What Larder's container keeps its images in. */
public sealed interface Storage {
  /** Where it is in the container. */
  String TARGET = "/var/lib/larder";

  /** As the container gets it. */
  Mount mount();

  /** Who has to run in the container so that it can write there; empty for the image's own user. */
  Optional<String> user();

  /**
   * A volume of the engine.
   *
   * @param name its name
   */
  record Volume(String name) implements Storage {
    @Override
    public Mount mount() {
      return new Mount(Mount.Kind.VOLUME, name, TARGET, false);
    }

    @Override
    public Optional<String> user() {
      return Optional.empty();
    }
  }

  /**
   * A folder of the engine's host.
   *
   * @param path its path there
   * @param owner whom it belongs to, {@code uid:gid}
   */
  record Folder(String path, String owner) implements Storage {
    @Override
    public Mount mount() {
      return new Mount(Mount.Kind.FOLDER, path, TARGET, false);
    }

    @Override
    public Optional<String> user() {
      return Optional.of(owner);
    }
  }
}
