package dev.larder.registry;

import dev.larder.oci.ErrorCode;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.RepositoryKey;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which repository a request means. The same name can be asked for in several ways, since clients
 * differ in what they can say:
 *
 * <ol>
 *   <li>{@code ?ns=} is the registry in the image's name, as containerd sends it to a mirror; it
 *       always wins. One of our own names means a hosted repository, any other an upstream. A
 *       registry in the path that only repeats it is taken off: containerd's {@code override_path}
 *       sends both. Where they differ, what is in the path is part of the repository's name, since
 *       {@code my.group/app} may well be one.
 *   <li>A registry in the path, before {@code /v2/} or as the name's first part, for clients that
 *       are given a path: likewise.
 *   <li>A listener that is bound to an upstream, for the Docker Engine's {@code registry-mirrors},
 *       which says nothing at all: what is pushed there is hosted, and pulls find a hosted
 *       repository before the upstream's.
 *   <li>Otherwise it is hosted.
 * </ol>
 *
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#registry-proxying">
 *     OCI distribution specification, registry proxying</a>
 */
final class Namespaces {
  private final Set<RegistryName> ownNames;
  private final Optional<RegistryName> bound;
  private final Predicate<RepositoryName> isHosted;

  /**
   * @param ownNames what images that were pushed here may be called by: a registry name and port
   * @param bound the upstream that the listener is bound to
   * @param isHosted whether a hosted repository of that name exists; may block
   */
  Namespaces(
      Set<RegistryName> ownNames,
      Optional<RegistryName> bound,
      Predicate<RepositoryName> isHosted) {
    this.ownNames = Set.copyOf(ownNames);
    this.bound = bound;
    this.isHosted = isHosted;
  }

  /** Whether {@link #repository} may have to look whether a repository is hosted, and so block. */
  boolean mayBlock() {
    return bound.isPresent();
  }

  /**
   * The upstream that a request without a repository names; empty if it means what is hosted here.
   *
   * @throws RegistryException if it names something that can't be a registry
   */
  Optional<RegistryName> upstream(RegistryPath path, Optional<String> ns) {
    return ns.or(path::registry).map(Namespaces::registry).filter(name -> !ownNames.contains(name));
  }

  /**
   * The repository that a request names.
   *
   * @param pull whether it only reads
   * @throws RegistryException if it can't be one
   */
  RepositoryKey repository(RegistryPath path, Optional<String> ns, boolean pull) {
    int slash = path.name().indexOf('/');
    String first = slash < 0 ? path.name() : path.name().substring(0, slash);
    String rest = path.name().substring(slash + 1);
    boolean prefixed = slash >= 0 && RegistryName.looksLikeRegistry(first);
    Optional<RegistryName> said = ns.or(path::registry).map(Namespaces::registry);
    if (said.isPresent()) {
      boolean repeated = prefixed && RegistryName.parse(first).equals(said);
      return repository(said.get(), repeated ? rest : path.name());
    }
    if (prefixed) {
      return repository(registry(first), rest);
    }
    RepositoryName name = name(path.name());
    return bound.isPresent() && pull && !isHosted.test(name)
        ? RepositoryKey.mirrored(bound.get(), name)
        : RepositoryKey.hosted(name);
  }

  private RepositoryKey repository(RegistryName registry, String name) {
    return ownNames.contains(registry)
        ? RepositoryKey.hosted(name(name))
        : RepositoryKey.mirrored(registry, name(name));
  }

  private static RegistryName registry(String text) {
    return RegistryName.parse(text)
        .orElseThrow(
            () -> new RegistryException(ErrorCode.NAME_INVALID, "not a registry's name: " + text));
  }

  private static RepositoryName name(String text) {
    return RepositoryName.parse(text)
        .orElseThrow(
            () -> new RegistryException(ErrorCode.NAME_INVALID, "not a repository name: " + text));
  }
}
