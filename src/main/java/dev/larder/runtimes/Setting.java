package dev.larder.runtimes;

/** What can be said of a {@link Wiring} in the configuration of some runtimes and not of others. */
public enum Setting {
  /** That the registry itself isn't asked where Larder has no answer. */
  STRICT,
  /** Which registries are meant, since each needs an entry. */
  UPSTREAMS,
  /** A folder that nodes get from the engine's host. */
  MOUNT,
  /** A listener of Larder's that stands for Docker Hub. */
  LISTENER
}
