package dev.larder.mirror;

import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.store.Document;
import dev.larder.store.RepositoryKey;
import dev.larder.store.StoredManifest;
import dev.larder.upstream.Answer;
import dev.larder.upstream.ClientToken;
import dev.larder.upstream.ManifestHead;
import java.util.Optional;
import java.util.function.Function;

/**
 * The mirror of one repository of an upstream, as one client may see it. Safe for use by many
 * threads; calls block.
 */
public final class Mirror {
  private final UpstreamRepository repository;
  private final Contents contents;
  private final Optional<Client> client;

  /** What all mirrors share; {@code passChallenges} as in {@link MirrorSettings}. */
  record Contents(
      Manifests manifests,
      Blobs blobs,
      Documents documents,
      Rights rights,
      boolean passChallenges) {}

  /** One that may be told of challenges, and may have met one with a token. */
  private record Client(Optional<ClientToken> token) {}

  Mirror(UpstreamRepository repository, Contents contents) {
    this(repository, contents, Optional.empty());
  }

  private Mirror(UpstreamRepository repository, Contents contents, Optional<Client> client) {
    this.repository = repository;
    this.contents = contents;
    this.client = client;
  }

  /**
   * The same for a client that can answer the upstream's challenges, which are told then: see
   * {@link Lookup.Refused}. This one where the settings don't want that.
   *
   * @param token what it has of the upstream; goes there, and nowhere else, if Larder itself is
   *     refused
   */
  public Mirror forClient(Optional<ClientToken> token) {
    return contents.passChallenges
        ? new Mirror(repository, contents, Optional.of(new Client(token)))
        : this;
  }

  /** Which repository it mirrors. */
  public RepositoryKey key() {
    return repository.key();
  }

  /** A manifest, for GET and HEAD alike. */
  public Lookup<StoredManifest> manifest(Reference reference) {
    return guarded(
        by -> contents.manifests.manifest(by, reference), by -> headManifest(by, reference));
  }

  /**
   * The same; what a tag names is asked for even if the last answer is fresh. Who waits for that
   * already is joined.
   */
  public Lookup<StoredManifest> refreshedManifest(Reference reference) {
    return guarded(
        by -> contents.manifests.refreshed(by, reference), by -> headManifest(by, reference));
  }

  /** The answer of {@link #manifest} if it is in memory and fresh; never blocks. */
  public Optional<Lookup.Found<StoredManifest>> ready(Reference reference) {
    // In this order: what came by another one's token came after the repository was made private.
    return contents
        .manifests
        .ready(repository, reference)
        .filter(_ -> !contents.rights.isPrivate(key()) || hasRight());
  }

  private boolean hasRight() {
    return client
        .flatMap(Client::token)
        .filter(token -> contents.rights.mayRead(token, key()))
        .isPresent();
  }

  /**
   * A blob; fetched if it isn't here.
   *
   * @throws java.io.UncheckedIOException if the store can't be read
   */
  public Lookup<MirroredBlob> blob(Digest digest) {
    return guarded(by -> contents.blobs.blob(by, digest), by -> headBlob(by, digest));
  }

  /**
   * The length of a blob in bytes; fetches nothing.
   *
   * @throws java.io.UncheckedIOException if the store can't be read
   */
  public Lookup<Long> blobSize(Digest digest) {
    return guarded(by -> contents.blobs.size(by, digest), by -> headBlob(by, digest));
  }

  /**
   * A page of the upstream's tags.
   *
   * @param query what stands after the question mark, empty for the first page
   */
  public Lookup<Document> tags(String query) {
    return guarded(
        by -> contents.documents.tags(by, query), by -> by.registry().tags(by.name(), query));
  }

  /** A page of the manifests that refer to {@code subject}, as an image index. */
  public Lookup<Document> referrers(Digest subject, String query) {
    return guarded(
        by -> contents.documents.referrers(by, subject, query), by -> headManifest(by, subject));
  }

  private <T> Lookup<T> guarded(
      Function<UpstreamRepository, Lookup<T>> question,
      Function<UpstreamRepository, Answer<?>> probe) {
    Lookup<T> answer =
        new Guard(contents.rights, repository, client.flatMap(Client::token))
            .answer(question, probe);
    return client.isEmpty() && answer instanceof Lookup.Refused<T>(String message, var _)
        ? new Lookup.Refused<>(message, Optional.empty())
        : answer;
  }

  private static Answer<?> headManifest(UpstreamRepository by, Reference reference) {
    Answer<ManifestHead> head = by.registry().headManifest(by.name(), reference);
    return head instanceof Answer.Found<ManifestHead>(ManifestHead(var digest)) && digest.isEmpty()
        ? by.registry().manifest(by.name(), reference)
        : head;
  }

  private static Answer<?> headBlob(UpstreamRepository by, Digest digest) {
    return by.registry().headBlob(by.name(), digest);
  }
}
