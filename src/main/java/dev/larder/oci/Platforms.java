package dev.larder.oci;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Which images of an index are wanted.
 *
 * @param wanted the platforms; none for all images, whatever they run on
 */
public record Platforms(List<Platform> wanted) {
  /** All images of an index. */
  public static final Platforms ALL = new Platforms(List.of());

  public Platforms {
    wanted = List.copyOf(wanted);
  }

  /**
   * What is wanted of an index: for each platform the image that a client takes there, which need
   * not be of that very platform, and what belongs to no platform. Attestations of BuildKit's are
   * of a platform that nobody has.
   */
  public List<Descriptor> of(Manifest.Index index) {
    if (wanted.isEmpty()) {
      return index.manifests();
    }
    Set<Descriptor> chosen = new LinkedHashSet<>();
    for (Platform platform : wanted) {
      choose(index, platform).ifPresent(chosen::add);
    }
    index.manifests().stream().filter(image -> image.platform().isEmpty()).forEach(chosen::add);
    return List.copyOf(chosen);
  }

  /** The platforms for which an index has nothing. */
  public List<Platform> missing(Manifest.Index index) {
    if (index.manifests().stream().anyMatch(image -> image.platform().isEmpty())) {
      return List.of();
    }
    List<Platform> missing = new ArrayList<>(wanted);
    missing.removeIf(platform -> choose(index, platform).isPresent());
    return missing;
  }

  private static Optional<Descriptor> choose(Manifest.Index index, Platform platform) {
    return platform.accepted().stream()
        .map(
            accepted ->
                index.manifests().stream()
                    .filter(
                        image ->
                            image
                                .platform()
                                .map(Platform::normal)
                                .filter(accepted::equals)
                                .isPresent())
                    .findFirst()
                    .orElse(null))
        .filter(Objects::nonNull)
        .findFirst();
  }
}
