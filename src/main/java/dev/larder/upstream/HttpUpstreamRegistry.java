package dev.larder.upstream;

import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.oci.RepositoryName;
import java.time.Clock;
import java.util.Optional;

/**
 * A registry asked over HTTP by the distribution API. Answers come within the {@link Deadlines} and
 * are tried once: whether and when to try again is the caller's decision.
 *
 * @see <a href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pull">OCI
 *     distribution specification, pull</a>
 */
final class HttpUpstreamRegistry extends UpstreamRegistry {
  private final Question anything;
  private final Transport transport;
  private final RateLimitWatch limits;
  private final UpstreamClient client;
  private final ManifestRequests manifests;
  private final BlobRequests blobs;
  private final ListRequests lists;

  /**
   * @param transport what it is reached through; stays the caller's
   */
  HttpUpstreamRegistry(
      UpstreamSettings settings,
      Transport transport,
      DockerConfig docker,
      Deadlines deadlines,
      Clock clock) {
    Question anything = new Question(settings, deadlines, clock, "anything");
    RateLimitWatch limits = new RateLimitWatch(settings.name(), clock);
    CredentialSource credentials =
        new CredentialSource(settings.server(), settings.login(), docker, clock);
    this(
        anything,
        transport,
        limits,
        client(anything, limits, settings, transport, credentials, clock));
  }

  private HttpUpstreamRegistry(
      Question anything, Transport transport, RateLimitWatch limits, UpstreamClient client) {
    this.anything = anything;
    this.transport = transport;
    this.limits = limits;
    this.client = client;
    this.manifests = new ManifestRequests(client);
    this.blobs = new BlobRequests(client);
    this.lists = new ListRequests(client);
  }

  private static UpstreamClient client(
      Question anything,
      RateLimitWatch limits,
      UpstreamSettings settings,
      Transport transport,
      CredentialSource credentials,
      Clock clock) {
    boolean plainHttp = "http".equals(settings.url().getScheme());
    TokenSource tokens =
        new TokenSource(
            anything, plainHttp, new Redirects(transport, plainHttp), credentials, clock);
    return new UpstreamClient(
        settings.url(),
        new Redirects(transport, settings.configured()),
        new Authenticator(anything, tokens, credentials),
        credentials,
        limits);
  }

  @Override
  public UpstreamRegistry onBehalfOf(ClientToken token) {
    return new HttpUpstreamRegistry(anything, transport, limits, client.onBehalfOf(token));
  }

  @Override
  public Answer<ManifestHead> headManifest(RepositoryName repository, Reference reference) {
    return manifests.head(about(repository, reference), repository, reference);
  }

  @Override
  public Answer<UpstreamManifest> manifest(RepositoryName repository, Reference reference) {
    return manifests.get(about(repository, reference), repository, reference);
  }

  @Override
  public Answer<Long> headBlob(RepositoryName repository, Digest digest) {
    return blobs.head(about(repository, digest, "blob"), repository, digest);
  }

  @Override
  public Answer<BlobStream> blob(
      RepositoryName repository, Digest digest, long offset, Optional<String> etag) {
    return blobs.get(about(repository, digest, "blob"), repository, digest, offset, etag);
  }

  @Override
  public Answer<BlobStream> blobPart(
      RepositoryName repository, Digest digest, long first, long last, BlobStream of) {
    return blobs.getPart(about(repository, digest, "blob"), repository, digest, first, last, of);
  }

  @Override
  public Answer<Page> tags(RepositoryName repository, String query) {
    return lists.tags(anything.about("tags of " + repository), repository, query);
  }

  @Override
  public Answer<Page> referrers(RepositoryName repository, Digest subject, String query) {
    return lists.referrers(about(repository, subject, "referrers"), repository, subject, query);
  }

  @Override
  public Optional<RateLimit> rateLimit() {
    return limits.last();
  }

  @Override
  public Optional<LeftAlone> leftAlone() {
    return transport
        .leftAlone(anything.settings().url())
        .map(trouble -> new LeftAlone(trouble.until(), anything.reason(trouble.cause())));
  }

  @Override
  public boolean mayLetWait() {
    return transport.mayLetWait(anything.settings().url());
  }

  private Question about(RepositoryName repository, Reference reference) {
    return anything.about(repository + (reference instanceof Digest ? "@" : ":") + reference);
  }

  private Question about(RepositoryName repository, Digest digest, String what) {
    return anything.about("%s %s of %s".formatted(what, digest, repository));
  }
}
