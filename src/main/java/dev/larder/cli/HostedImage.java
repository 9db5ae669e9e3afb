package dev.larder.cli;

import dev.larder.control.OperationException;
import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.RepositoryKey;
import java.util.Optional;
import java.util.function.Predicate;

/** An image that was pushed, by a tag or its digest. */
record HostedImage(RepositoryKey repository, Reference reference) {

  /**
   * Reads {@code app:1}, {@code app@sha256:…}, and both with one of our own names before them.
   *
   * @throws OperationException if it isn't such a name; a tag is never added to it
   */
  static HostedImage parse(String text, Predicate<RegistryName> ownNames)
      throws OperationException {
    String name = withoutRegistry(text, ownNames);
    int at = name.indexOf('@');
    int mark = at >= 0 ? at : name.indexOf(':');
    Optional<RepositoryName> repository =
        mark < 0 ? Optional.empty() : RepositoryName.parse(name.substring(0, mark));
    Optional<Reference> reference =
        mark < 0 ? Optional.empty() : Reference.parse(name.substring(mark + 1));
    boolean fits = reference.isPresent() && (reference.get() instanceof Digest) == (at >= 0);
    if (repository.isEmpty() || reference.isEmpty() || !fits) {
      throw new OperationException(
          "\"%s\" doesn't say which image: write NAME:TAG or NAME@DIGEST".formatted(text));
    }
    return new HostedImage(RepositoryKey.hosted(repository.get()), reference.get());
  }

  private static String withoutRegistry(String text, Predicate<RegistryName> ownNames)
      throws OperationException {
    int slash = text.indexOf('/');
    String first = slash < 0 ? "" : text.substring(0, slash);
    if (!RegistryName.looksLikeRegistry(first)) {
      return text;
    }
    if (RegistryName.parse(first).filter(ownNames).isEmpty()) {
      throw new OperationException(
          "%s isn't an image that was pushed here: this Larder isn't called %s"
              .formatted(text, first));
    }
    return text.substring(slash + 1);
  }

  /** As it is written without a registry. */
  @Override
  public String toString() {
    return switch (reference) {
      case Tag tag -> repository + ":" + tag;
      case Digest digest -> repository + "@" + digest;
    };
  }
}
