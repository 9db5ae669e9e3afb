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

  /**
   * The overlay of a mirrored repository: the hosted one that has its full name, {@code
   * quay.io/org/app}. Empty for a hosted one, and where a repository can't have such a name.
   */
  public Optional<RepositoryKey> overlay() {
    return upstream
        .flatMap(RegistryName::inPath)
        .flatMap(registry -> RepositoryName.parse(registry + "/" + name))
        .map(RepositoryKey::hosted);
  }

  /** The mirrored repository whose {@linkplain #overlay overlay} this is, if it is one's. */
  public Optional<RepositoryKey> overlaid() {
    int slash = name.value().indexOf('/');
    if (upstream.isPresent() || slash < 0) {
      return Optional.empty();
    }
    return Optional.of(RegistryName.fromPath(name.value().substring(0, slash)))
        .filter(RegistryName::looksLikeRegistry)
        .flatMap(RegistryName::parse)
        .flatMap(
            registry ->
                RepositoryName.parse(name.value().substring(slash + 1))
                    .map(path -> mirrored(registry, path)))
        .filter(mirrored -> mirrored.overlay().filter(this::equals).isPresent());
  }

  /**
   * {@code quay.io/org/app} for a mirrored one and for its overlay, {@code org/app} for another
   * hosted one. Who may do what is decided by this name, too.
   */
  @Override
  public String toString() {
    return upstream
        .map(registry -> registry + "/" + name)
        .or(() -> overlaid().map(RepositoryKey::toString))
        .orElseGet(name::value);
  }
}
