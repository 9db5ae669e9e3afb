package dev.larder.upstream;

import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.oci.RepositoryName;
import java.util.Optional;

/** One upstream registry, asked over HTTP. Safe for use by many threads; calls block. */
public abstract class UpstreamRegistry {

  /**
   * The same registry, asked with a client's token in place of our own credential. The token goes
   * to this registry alone, whatever it refers us to. Where it is refused, the challenge says so.
   */
  public abstract UpstreamRegistry onBehalfOf(ClientToken token);

  /** Asks which manifest a reference points to, at the price of a HEAD. */
  public abstract Answer<ManifestHead> headManifest(RepositoryName repository, Reference reference);

  /** Asks for a manifest. What is found has the digest that was asked for. */
  public abstract Answer<UpstreamManifest> manifest(RepositoryName repository, Reference reference);

  /** Asks whether the repository has a blob, and for its length in bytes. */
  public abstract Answer<Long> headBlob(RepositoryName repository, Digest digest);

  /**
   * Asks for a blob from {@code offset} on.
   *
   * @param etag of the representation that the bytes before {@code offset} came from
   */
  public abstract Answer<BlobStream> blob(
      RepositoryName repository, Digest digest, long offset, Optional<String> etag);

  /**
   * Asks for a part of a blob. It may come otherwise, as by {@link #blob}: whole, or of another
   * representation.
   *
   * @param first the first byte, not the blob's first
   * @param last the last one
   * @param of what has come of this blob from this registry
   */
  public abstract Answer<BlobStream> blobPart(
      RepositoryName repository, Digest digest, long first, long last, BlobStream of);

  /**
   * Asks for a page of the repository's tags.
   *
   * @param query what stands after the question mark, empty for the first page
   */
  public abstract Answer<Page> tags(RepositoryName repository, String query);

  /**
   * Asks for a page of the manifests that refer to {@code subject}; absent where the upstream
   * hasn't got the referrers API.
   */
  public abstract Answer<Page> referrers(RepositoryName repository, Digest subject, String query);

  /** What it said last of how much it still lets us pull; empty if it never did. Never blocks. */
  public abstract Optional<RateLimit> rateLimit();

  /** That it isn't asked now, and why; empty if it is. Never blocks. */
  public abstract Optional<LeftAlone> leftAlone();

  /**
   * Whether it let requests wait in vain, was left alone, and is to be asked again now: whoever
   * does may wait, too. Never blocks.
   */
  public abstract boolean mayLetWait();
}
