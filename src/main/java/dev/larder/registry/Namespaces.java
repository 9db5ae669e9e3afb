package dev.larder.registry;

import dev.larder.oci.ErrorCode;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.store.RepositoryKey;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

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
 *       which says nothing at all: the hosted repository of that name, and beneath it the
 *       upstream's.
 *   <li>Otherwise it is hosted.
 * </ol>
 *
 * <p>Where overlays are on, a mirrored repository may have one: the hosted repository of its full
 * name, which comes first however the mirrored one is named. It is pushed to by that name, after
 * one of our own: {@code localhost:5000/quay.io/org/app}. Who sends {@code ?ns=} with a push takes
 * us for a way to the upstream, and isn't to find out later that it never went there.
 *
 * <p>Where Larder stands in for {@code registry:2}, whatever the client says, the hosted repository
 * of just that name comes first: its clients may have pushed {@code quay.io/org/app} there, and it
 * takes no notice of {@code ?ns=}. What is beneath follows from the rules above, but that the
 * listener's upstream stands for any registry: who has configured a client to pull one through a
 * proxy of another knows that they have the same. Docker Hub is known to be none but itself.
 *
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#registry-proxying">
 *     OCI distribution specification, registry proxying</a>
 */
final class Namespaces {
  private final Predicate<RegistryName> ownNames;
  private final Optional<RegistryName> bound;
  private final Layering layering;
  private final Function<RepositoryKey, Optional<RepositoryKey>> overlays;

  /**
   * @param ownNames what images that were pushed here may be called by: a registry name and port
   * @param bound the upstream that the listener is bound to
   * @param layering what may be hosted over what is mirrored
   * @param overlays the overlay of a mirrored repository, if it has one; never blocks
   */
  Namespaces(
      Predicate<RegistryName> ownNames,
      Optional<RegistryName> bound,
      Layering layering,
      Function<RepositoryKey, Optional<RepositoryKey>> overlays) {
    this.ownNames = ownNames;
    this.bound = bound;
    this.layering = layering;
    this.overlays = overlays;
  }

  /** The same for a listener that is bound to an upstream. */
  Namespaces boundTo(RegistryName upstream) {
    return new Namespaces(ownNames, Optional.of(upstream), layering, overlays);
  }

  /**
   * Which repository a request means. At least one of the two is there.
   *
   * @param hosted where it looks, in that order; the first one is where it pushes to
   * @param mirrored what has what those haven't
   */
  record Meaning(List<RepositoryKey> hosted, Optional<RepositoryKey> mirrored) {
    private static Meaning only(RepositoryKey key) {
      return key.upstream().isPresent()
          ? new Meaning(List.of(), Optional.of(key))
          : new Meaning(List.of(key), Optional.empty());
    }

    /** Where it looks first. */
    RepositoryKey first() {
      return hosted.isEmpty() ? mirrored.orElseThrow() : hosted.getFirst();
    }

    /** Where it looks where the first hasn't what it is about. */
    List<RepositoryKey> others() {
      return Stream.concat(hosted.stream(), mirrored.stream()).skip(1).toList();
    }

    /** Whether an overlay comes first. */
    boolean isOverlay() {
      return mirrored.flatMap(RepositoryKey::overlay).filter(first()::equals).isPresent();
    }

    private Meaning with(RepositoryKey lower) {
      return new Meaning(Stream.concat(hosted.stream(), Stream.of(lower)).toList(), mirrored);
    }
  }

  /** Whether the listener is bound to an upstream. */
  boolean isBound() {
    return bound.isPresent();
  }

  /**
   * The upstream that a request without a repository names; empty if it means what is hosted here.
   *
   * @throws RegistryException if it names something that can't be a registry
   */
  Optional<RegistryName> upstream(RegistryPath path, Optional<String> ns) {
    return ns.filter(_ -> layering != Layering.HOSTED_FIRST)
        .or(path::registry)
        .map(Namespaces::registry)
        .filter(name -> !ownNames.test(name));
  }

  /**
   * The repository that a request names.
   *
   * @param pulls whether the request only reads
   * @throws RegistryException if it can't be one
   */
  Meaning repository(RegistryPath path, Optional<String> ns, boolean pulls) {
    Meaning said = said(path, ns);
    return switch (layering) {
      case SEPARATE -> said;
      case OVERLAYS ->
          said.mirrored()
              .flatMap(mirrored -> overlay(mirrored, pulls, ns))
              .map(said::with)
              .orElse(said);
      case HOSTED_FIRST -> hostedFirst(path, ns, said);
    };
  }

  private Optional<RepositoryKey> overlay(
      RepositoryKey mirrored, boolean pulls, Optional<String> ns) {
    return pulls ? overlays.apply(mirrored) : overlay(mirrored, ns);
  }

  /**
   * The overlay of a mirrored repository, there or not, if a client may push to it by that name.
   */
  Optional<RepositoryKey> overlay(RepositoryKey mirrored, Optional<String> ns) {
    return layering == Layering.OVERLAYS && ns.isEmpty() ? mirrored.overlay() : Optional.empty();
  }

  private Meaning hostedFirst(RegistryPath path, Optional<String> ns, Meaning said) {
    if (path.registry().isPresent() || !said.hosted().isEmpty()) {
      return said;
    }
    // A name with a port in it can't be a hosted repository's.
    return RepositoryName.parse(path.name())
        .map(
            name ->
                new Meaning(
                    List.of(RepositoryKey.hosted(name)),
                    Optional.of(beneath(name, ns, said.first()))))
        .orElse(said);
  }

  private RepositoryKey beneath(RepositoryName name, Optional<String> ns, RepositoryKey said) {
    return bound
        .filter(upstream -> ns.isPresent() && !upstream.equals(RegistryName.DOCKER_HUB))
        .map(upstream -> RepositoryKey.mirrored(upstream, name))
        .orElse(said);
  }

  private Meaning said(RegistryPath path, Optional<String> ns) {
    int slash = path.name().indexOf('/');
    String first = slash < 0 ? "" : RegistryName.fromPath(path.name().substring(0, slash));
    String rest = path.name().substring(slash + 1);
    boolean prefixed = RegistryName.looksLikeRegistry(first);
    Optional<RegistryName> said = ns.or(path::registry).map(Namespaces::registry);
    if (said.isPresent()) {
      boolean repeated = prefixed && RegistryName.parse(first).equals(said);
      return Meaning.only(repository(said.get(), repeated ? rest : path.name()));
    }
    if (prefixed) {
      return Meaning.only(repository(registry(first), rest));
    }
    RepositoryName name = name(path.name());
    return new Meaning(
        List.of(RepositoryKey.hosted(name)),
        bound.map(upstream -> RepositoryKey.mirrored(upstream, name)));
  }

  private RepositoryKey repository(RegistryName registry, String name) {
    return ownNames.test(registry)
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
