package dev.larder.cli;

import dev.larder.control.OperationException;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import java.util.Optional;

/** A tag of an upstream's repository. */
record MirroredTag(RegistryName upstream, RepositoryName repository, Tag tag) {

  /**
   * Reads {@code quay.io/org/app:1}.
   *
   * @throws OperationException if it isn't such a name; neither registry nor tag is added to it
   */
  static MirroredTag parse(String text) throws OperationException {
    int slash = text.indexOf('/');
    int colon = text.indexOf(':', text.lastIndexOf('/') + 1);
    if (text.indexOf('@') >= 0) {
      throw new OperationException(
          "%s has a digest, which names the same for ever: there is nothing to ask for"
              .formatted(text));
    }
    String first = slash < 0 ? "" : text.substring(0, slash);
    if (!RegistryName.looksLikeRegistry(first)) {
      throw new OperationException(
          "\"%s\" doesn't say whose image it is: write docker.io/… for Docker Hub's"
              .formatted(text));
    }
    Optional<RegistryName> upstream = RegistryName.parse(RegistryName.fromPath(first));
    Optional<RepositoryName> repository =
        colon < 0 ? Optional.empty() : RepositoryName.parse(text.substring(slash + 1, colon));
    Optional<Tag> tag = colon < 0 ? Optional.empty() : Tag.parse(text.substring(colon + 1));
    if (upstream.isEmpty() || repository.isEmpty() || tag.isEmpty()) {
      throw new OperationException(
          "\"%s\" doesn't say which image: write REGISTRY/NAME:TAG".formatted(text));
    }
    return new MirroredTag(upstream.get(), upstream.get().qualify(repository.get()), tag.get());
  }

  /** As images are listed. */
  @Override
  public String toString() {
    return "%s/%s:%s".formatted(upstream, repository, tag);
  }
}
