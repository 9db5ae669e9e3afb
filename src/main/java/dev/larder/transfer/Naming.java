package dev.larder.transfer;

import dev.larder.oci.ImageReference;
import dev.larder.oci.RegistryName;
import dev.larder.oci.Tag;
import dev.larder.store.RepositoryKey;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where the images of an image layout belong that have whole names.
 *
 * @param asNamed whether to the registry in the name, for every layout; else that is so for bundles
 *     alone, and those of other layouts count as pushed
 * @param ownNames what images that were pushed here may be called by
 */
public record Naming(boolean asNamed, Predicate<RegistryName> ownNames) {

  /** A repository, and the tag in it, if the name has one. */
  record Place(RepositoryKey repository, Optional<Tag> tag) {}

  /** The place that a name says; empty if it isn't a name. */
  Optional<Place> place(String name, boolean bundle) {
    if (!asNamed && !bundle) {
      return ImageName.parse(name)
          .map(parsed -> new Place(RepositoryKey.hosted(parsed.repository()), parsed.tag()));
    }
    return ImageReference.parse(name)
        .map(
            image ->
                new Place(
                    ownNames.test(image.registry())
                        ? own(RepositoryKey.hosted(image.repository()))
                        : RepositoryKey.mirrored(image.registry(), image.repository()),
                    image.reference() instanceof Tag tag ? Optional.of(tag) : Optional.empty()));
  }

  /** {@code localhost:5000/quay.io/app} is quay.io's, for clients that are given a path. */
  private static RepositoryKey own(RepositoryKey hosted) {
    return hosted.overlaid().orElse(hosted);
  }
}
