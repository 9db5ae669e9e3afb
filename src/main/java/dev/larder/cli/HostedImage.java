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
   * Reads {@code app:1}, {@code app@sha256:…}, and both with one of our own names before them, or
   * with an upstream's: that is what was pushed over it.
   *
   * @throws OperationException if it isn't such a name; a tag is never added to it
   */
  static HostedImage parse(String text, Predicate<RegistryName> ownNames)
      throws OperationException {
    int at = text.indexOf('@');
    int mark = at >= 0 ? at : text.indexOf(':', text.lastIndexOf('/') + 1);
    Optional<RepositoryKey> repository =
        mark < 0 ? Optional.empty() : repository(text.substring(0, mark), ownNames);
    Optional<Reference> reference =
        mark < 0 ? Optional.empty() : Reference.parse(text.substring(mark + 1));
    boolean fits = reference.isPresent() && (reference.get() instanceof Digest) == (at >= 0);
    if (repository.isEmpty() || reference.isEmpty() || !fits) {
      throw new OperationException(
          "\"%s\" doesn't say which image: write NAME:TAG or NAME@DIGEST".formatted(text));
    }
    return new HostedImage(repository.get(), reference.get());
  }

  private static Optional<RepositoryKey> repository(String name, Predicate<RegistryName> ownNames) {
    int slash = name.indexOf('/');
    String first = slash < 0 ? "" : RegistryName.fromPath(name.substring(0, slash));
    if (!RegistryName.looksLikeRegistry(first)) {
      return RepositoryName.parse(name).map(RepositoryKey::hosted);
    }
    Optional<RepositoryName> rest = RepositoryName.parse(name.substring(slash + 1));
    return RegistryName.parse(first)
        .flatMap(
            registry ->
                ownNames.test(registry)
                    ? rest.map(RepositoryKey::hosted)
                    : rest.flatMap(path -> RepositoryKey.mirrored(registry, path).overlay()));
  }

  /** As it is written without our own names. */
  @Override
  public String toString() {
    return switch (reference) {
      case Tag tag -> repository + ":" + tag;
      case Digest digest -> repository + "@" + digest;
    };
  }
}
