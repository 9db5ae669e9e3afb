package dev.larder.transfer;

import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import java.util.Optional;

/**
 * What an image is called, apart from the registry: the name that people type for one that was
 * pushed.
 *
 * @param tag empty where none is said; none is added
 */
public record ImageName(RepositoryName repository, Optional<Tag> tag) {
  private static final String OFFICIAL = "library/";

  /**
   * Reads {@code app:1}, {@code localhost:5000/org/app}, {@code docker.io/library/app:1@sha256:…}:
   * registry and digest are left out, and Docker Hub's {@code library/} as Docker does; empty if it
   * isn't a name.
   */
  public static Optional<ImageName> parse(String text) {
    int at = text.indexOf('@');
    String name = withoutRegistry(at < 0 ? text : text.substring(0, at));
    int colon = name.indexOf(':');
    Optional<RepositoryName> repository =
        RepositoryName.parse(colon < 0 ? name : name.substring(0, colon));
    Optional<Tag> tag = colon < 0 ? Optional.empty() : Tag.parse(name.substring(colon + 1));
    return repository.isEmpty() || (colon >= 0 && tag.isEmpty())
        ? Optional.empty()
        : Optional.of(new ImageName(repository.get(), tag));
  }

  private static String withoutRegistry(String name) {
    int slash = name.indexOf('/');
    String first = slash < 0 ? "" : name.substring(0, slash);
    Optional<RegistryName> registry =
        Optional.of(first).filter(RegistryName::looksLikeRegistry).flatMap(RegistryName::parse);
    if (registry.isEmpty()) {
      return name;
    }
    String rest = name.substring(slash + 1);
    boolean hub = registry.get().equals(RegistryName.DOCKER_HUB);
    return hub && rest.startsWith(OFFICIAL) ? rest.substring(OFFICIAL.length()) : rest;
  }

  @Override
  public String toString() {
    return repository + tag.map(value -> ":" + value).orElse("");
  }
}
