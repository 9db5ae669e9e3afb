package dev.larder.transfer;

import dev.larder.oci.Digest;
import dev.larder.oci.Tag;
import dev.larder.store.RepositoryKey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The images of an archive by their repositories; those without a name get one. */
final class Listings {
  private final Map<RepositoryKey, Listing> byRepository =
      new TreeMap<>(Comparator.comparing(RepositoryKey::toString));

  private Listings() {}

  /**
   * An image as an archive names it.
   *
   * @param repository where it belongs; empty if the archive doesn't say that
   * @param tag its tag, if it has one
   */
  record Named(Digest manifest, Optional<RepositoryKey> repository, Optional<Tag> tag) {}

  /**
   * Sorts images by their repositories. One without a name belongs to {@code given} or, where all
   * others are of one repository, to that.
   *
   * @throws InvalidSourceException if it isn't clear what an image is to be called
   */
  static Listings of(Path place, List<Named> images, Optional<ImageName> given)
      throws InvalidSourceException {
    Listings listings = new Listings();
    List<Named> nameless = new ArrayList<>();
    for (Named image : images) {
      if (image.repository().isPresent()) {
        listings.add(image.manifest(), image.repository().get(), image.tag());
      } else {
        nameless.add(image);
      }
    }
    if (!nameless.isEmpty()) {
      listings.addNameless(
          nameless, listings.repository(place, given), tag(place, nameless, given));
    }
    return listings;
  }

  private RepositoryKey repository(Path place, Optional<ImageName> given)
      throws InvalidSourceException {
    if (given.isPresent()) {
      return RepositoryKey.hosted(given.get().repository());
    }
    if (byRepository.size() == 1) {
      return byRepository.keySet().iterator().next();
    }
    throw new InvalidSourceException(
        "%s doesn't say what its image is called: say it by --name NAME:TAG".formatted(place));
  }

  /** The tag that is given, which can be for one image alone. */
  private static Optional<Tag> tag(Path place, List<Named> nameless, Optional<ImageName> given)
      throws InvalidSourceException {
    Optional<Tag> tag = given.flatMap(ImageName::tag);
    long tagged = nameless.stream().filter(image -> image.tag().isPresent()).count();
    if (tag.isPresent() && (tagged > 1 || (tagged == 0 && nameless.size() > 1))) {
      throw new InvalidSourceException(
          "%s has several images without a name, which can't all be %s: give --name without a tag"
              .formatted(place, given.get()));
    }
    return tag;
  }

  /** A given tag is for the one that has a tag already or, if none has, for the only one. */
  private void addNameless(List<Named> nameless, RepositoryKey repository, Optional<Tag> tag) {
    boolean noneHasOne = nameless.stream().allMatch(image -> image.tag().isEmpty());
    for (Named image : nameless) {
      boolean takesIt = noneHasOne || image.tag().isPresent();
      add(image.manifest(), repository, takesIt ? tag.or(image::tag) : Optional.empty());
    }
  }

  private void add(Digest manifest, RepositoryKey repository, Optional<Tag> tag) {
    Listing listing =
        byRepository.computeIfAbsent(
            repository, _ -> new Listing(new ArrayList<>(), new TreeMap<>(), List.of()));
    if (!listing.manifests().contains(manifest)) {
      listing.manifests().add(manifest);
    }
    tag.ifPresent(name -> listing.tags().put(name, manifest));
  }

  List<RepositoryKey> repositories() {
    return List.copyOf(byRepository.keySet());
  }

  Listing list(RepositoryKey repository) {
    return byRepository.getOrDefault(repository, new Listing(List.of(), Map.of(), List.of()));
  }
}
