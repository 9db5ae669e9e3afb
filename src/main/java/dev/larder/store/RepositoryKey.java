package dev.larder.store;

import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import java.util.Optional;

/**
 * Which repository: two registries, or a registry and what was pushed here, never collide.
 *
 * @param upstream the registry that it mirrors; empty for a hosted repository
 * @param name its name there
 */
public record RepositoryKey(Optional<RegistryName> upstream, RepositoryName name) {

  /** A repository that people push to. */
  public static RepositoryKey hosted(RepositoryName name) {
    return new RepositoryKey(Optional.empty(), name);
  }

  /** The mirror of a repository of {@code upstream}. */
  public static RepositoryKey mirrored(RegistryName upstream, RepositoryName name) {
    return new RepositoryKey(Optional.of(upstream), upstream.qualify(name));
  }

  /** {@code quay.io/org/app} for a mirrored one, {@code org/app} for a hosted one. */
  @Override
  public String toString() {
    return upstream.map(registry -> registry + "/" + name).orElseGet(name::value);
  }
}
