package dev.larder.upstream;

import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import java.util.Optional;

/** A registry that isn't to be asked anything, since Larder is offline. */
final class OfflineRegistry extends UpstreamRegistry {
  private final RegistryName registryName;

  OfflineRegistry(RegistryName registryName) {
    this.registryName = registryName;
  }

  @Override
  public UpstreamRegistry onBehalfOf(ClientToken token) {
    return this;
  }

  @Override
  public Answer<ManifestHead> headManifest(RepositoryName repository, Reference reference) {
    return about(reference(repository, reference));
  }

  @Override
  public Answer<UpstreamManifest> manifest(RepositoryName repository, Reference reference) {
    return about(reference(repository, reference));
  }

  @Override
  public Answer<Long> headBlob(RepositoryName repository, Digest digest) {
    return about("blob %s of %s".formatted(digest, repository));
  }

  @Override
  public Answer<BlobStream> blob(
      RepositoryName repository, Digest digest, long offset, Optional<String> etag) {
    return about("blob %s of %s".formatted(digest, repository));
  }

  @Override
  public Answer<BlobStream> blobPart(
      RepositoryName repository, Digest digest, long first, long last, BlobStream of) {
    return blob(repository, digest, first, of.etag());
  }

  @Override
  public Answer<Page> tags(RepositoryName repository, String query) {
    return about("tags of " + repository);
  }

  @Override
  public Answer<Page> referrers(RepositoryName repository, Digest subject, String query) {
    return about("referrers of " + reference(repository, subject));
  }

  @Override
  public Optional<RateLimit> rateLimit() {
    return Optional.empty();
  }

  @Override
  public Optional<LeftAlone> leftAlone() {
    return Optional.empty();
  }

  @Override
  public boolean mayLetWait() {
    return false;
  }

  private static String reference(RepositoryName repository, Reference reference) {
    return repository + (reference instanceof Digest ? "@" : ":") + reference;
  }

  private <T> Answer<T> about(String subject) {
    return new Answer.NotAsked<>(
        "Larder is offline, so %s isn't asked for %s".formatted(registryName, subject));
  }
}
