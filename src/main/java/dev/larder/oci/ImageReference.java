package dev.larder.oci;

import java.util.Optional;

/**
 * An image as a Pod names it: where it is said, the registry, else Docker Hub.
 *
 * @param registry the registry
 * @param repository the full name of its repository there
 * @param reference a digest where the name has one, else the tag, which is {@code latest} where
 *     none is said
 */
public record ImageReference(
    RegistryName registry, RepositoryName repository, Reference reference) {
  private static final Tag LATEST = new Tag("latest");

  /**
   * Reads {@code app}, {@code quay.io/org/app:1}, {@code app:1@sha256:…}; empty if {@code text}
   * isn't such a name.
   */
  public static Optional<ImageReference> parse(String text) {
    int at = text.indexOf('@');
    String name = at < 0 ? text : text.substring(0, at);
    int colon = name.indexOf(':', name.lastIndexOf('/') + 1);
    Optional<Tag> tag = colon < 0 ? Optional.of(LATEST) : Tag.parse(name.substring(colon + 1));
    Optional<? extends Reference> reference =
        at < 0 || tag.isEmpty() ? tag : Digest.parse(text.substring(at + 1));
    return reference.flatMap(found -> of(colon < 0 ? name : name.substring(0, colon), found));
  }

  private static Optional<ImageReference> of(String name, Reference reference) {
    int slash = name.indexOf('/');
    String first = slash < 0 ? "" : name.substring(0, slash);
    boolean qualified = RegistryName.looksLikeRegistry(first);
    Optional<RegistryName> registry =
        qualified ? RegistryName.parse(first) : Optional.of(RegistryName.DOCKER_HUB);
    return registry.flatMap(
        known ->
            RepositoryName.parse(qualified ? name.substring(slash + 1) : name)
                .map(
                    repository -> new ImageReference(known, known.qualify(repository), reference)));
  }

  /** The whole name, with the registry and what Docker leaves out. */
  @Override
  public String toString() {
    return switch (reference) {
      case Tag tag -> registry + "/" + repository + ":" + tag;
      case Digest digest -> registry + "/" + repository + "@" + digest;
    };
  }
}
