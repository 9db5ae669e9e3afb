package dev.larder.mirror;

import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.store.Document;
import dev.larder.store.RepositoryKey;
import dev.larder.store.StoredManifest;
import java.util.Optional;

/** The mirror of one repository of an upstream. Safe for use by many threads; calls block. */
public final class Mirror {
  private final UpstreamRepository repository;
  private final Manifests manifests;
  private final Blobs blobs;
  private final Documents documents;

  Mirror(UpstreamRepository repository, Manifests manifests, Blobs blobs, Documents documents) {
    this.repository = repository;
    this.manifests = manifests;
    this.blobs = blobs;
    this.documents = documents;
  }

  /** Which repository it mirrors. */
  public RepositoryKey key() {
    return repository.key();
  }

  /** A manifest, for GET and HEAD alike. */
  public Lookup<StoredManifest> manifest(Reference reference) {
    return manifests.manifest(repository, reference);
  }

  /**
   * The same; what a tag names is asked for even if the last answer is fresh. Who waits for that
   * already is joined.
   */
  public Lookup<StoredManifest> refreshedManifest(Reference reference) {
    return manifests.refreshed(repository, reference);
  }

  /** The answer of {@link #manifest} if it is in memory and fresh; never blocks. */
  public Optional<Lookup.Found<StoredManifest>> ready(Reference reference) {
    return manifests.ready(repository, reference);
  }

  /**
   * A blob; fetched if it isn't here.
   *
   * @throws java.io.UncheckedIOException if the store can't be read
   */
  public Lookup<MirroredBlob> blob(Digest digest) {
    return blobs.blob(repository, digest);
  }

  /**
   * The length of a blob in bytes; fetches nothing.
   *
   * @throws java.io.UncheckedIOException if the store can't be read
   */
  public Lookup<Long> blobSize(Digest digest) {
    return blobs.size(repository, digest);
  }

  /**
   * A page of the upstream's tags.
   *
   * @param query what stands after the question mark, empty for the first page
   */
  public Lookup<Document> tags(String query) {
    return documents.tags(repository, query);
  }

  /** A page of the manifests that refer to {@code subject}, as an image index. */
  public Lookup<Document> referrers(Digest subject, String query) {
    return documents.referrers(repository, subject, query);
  }
}
