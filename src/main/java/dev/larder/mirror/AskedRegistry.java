package dev.larder.mirror;

import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.oci.RepositoryName;
import dev.larder.upstream.Answer;
import dev.larder.upstream.BlobStream;
import dev.larder.upstream.ClientToken;
import dev.larder.upstream.LeftAlone;
import dev.larder.upstream.ManifestHead;
import dev.larder.upstream.Page;
import dev.larder.upstream.RateLimit;
import dev.larder.upstream.UpstreamManifest;
import dev.larder.upstream.UpstreamRegistry;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * An upstream as one request asks it about one repository, for Larder itself or on a client's
 * behalf. {@link Rights} learn of each answer before anybody else. What the request has asked
 * already without getting content isn't asked again, nor what was refused lately.
 */
final class AskedRegistry extends UpstreamRegistry {
  private final UpstreamRepository asked;
  private final Optional<ClientToken> token;
  private final Rights rights;
  private final UpstreamRegistry registry;
  private final UpstreamRepository repository;
  private final Map<Reference, Answer<ManifestHead>> heads = new ConcurrentHashMap<>();
  private final Map<Digest, Answer<Long>> sizes = new ConcurrentHashMap<>();
  private final Map<String, Answer<Page>> tags = new ConcurrentHashMap<>();
  private volatile boolean admitted;

  /**
   * @param asked where to ask, not yet by this
   * @param token the client's; empty where Larder asks for itself
   */
  AskedRegistry(UpstreamRepository asked, Optional<ClientToken> token, Rights rights) {
    this.asked = asked;
    this.token = token;
    this.rights = rights;
    this.registry = token.map(asked.registry()::onBehalfOf).orElse(asked.registry());
    this.repository =
        new UpstreamRepository(asked.key(), this, asked.freshness(), token.map(ClientToken::id));
  }

  /** The repository, asked by this. */
  UpstreamRepository repository() {
    return repository;
  }

  /** Whether the upstream has given this request what only who has a right gets. */
  boolean hasAdmitted() {
    return admitted;
  }

  @Override
  public UpstreamRegistry onBehalfOf(ClientToken client) {
    return new AskedRegistry(asked, Optional.of(client), rights);
  }

  @Override
  public Answer<ManifestHead> headManifest(RepositoryName name, Reference reference) {
    return once(
        heads,
        reference,
        () ->
            ask(
                reference.toString(),
                // Without a digest it may be the word of one that doesn't know the method.
                head -> head.digest().isPresent(),
                () -> registry.headManifest(name, reference)));
  }

  @Override
  public Answer<UpstreamManifest> manifest(RepositoryName name, Reference reference) {
    return ask(reference.toString(), _ -> true, () -> registry.manifest(name, reference));
  }

  @Override
  public Answer<Long> headBlob(RepositoryName name, Digest digest) {
    return once(
        sizes,
        digest,
        () -> ask(digest.toString(), _ -> true, () -> registry.headBlob(name, digest)));
  }

  @Override
  public Answer<BlobStream> blob(
      RepositoryName name, Digest digest, long offset, Optional<String> etag) {
    return ask(digest.toString(), _ -> true, () -> registry.blob(name, digest, offset, etag));
  }

  @Override
  public Answer<BlobStream> blobPart(
      RepositoryName name, Digest digest, long first, long last, BlobStream of) {
    // A storage that lets us in by a URL that it gave us before says nothing of who may read.
    return ask(
        digest.toString(), _ -> false, () -> registry.blobPart(name, digest, first, last, of));
  }

  @Override
  public Answer<Page> tags(RepositoryName name, String query) {
    return once(
        tags, query, () -> ask("tags?" + query, _ -> true, () -> registry.tags(name, query)));
  }

  @Override
  public Answer<Page> referrers(RepositoryName name, Digest subject, String query) {
    return ask(
        "referrers/" + subject + "?" + query,
        _ -> true,
        () -> registry.referrers(name, subject, query));
  }

  @Override
  public Optional<RateLimit> rateLimit() {
    return registry.rateLimit();
  }

  @Override
  public Optional<LeftAlone> leftAlone() {
    return registry.leftAlone();
  }

  @Override
  public boolean mayLetWait() {
    return registry.mayLetWait();
  }

  private static <K, T> Answer<T> once(
      Map<K, Answer<T>> answers, K question, Supplier<Answer<T>> ask) {
    Answer<T> known = answers.get(question);
    if (known != null) {
      return known;
    }
    Answer<T> answer = ask.get();
    answers.put(question, answer);
    return answer;
  }

  /**
   * @param proves whether what was found is given only to who has a right to the repository
   */
  private <T> Answer<T> ask(String subject, Predicate<T> proves, Supplier<Answer<T>> question) {
    Optional<Answer.Refused<?>> refused = rights.refused(repository, subject);
    if (refused.isPresent()) {
      return refused.get().withoutValue();
    }
    boolean wasPrivate = rights.isPrivate(repository.key());
    Answer<T> answer = question.get();
    switch (answer) {
      case Answer.Found<T>(T value) when proves.test(value) -> {
        if (token.isPresent()) {
          rights.admit(token.get(), repository.key());
        } else if (wasPrivate) {
          rights.open(repository.key());
        }
        admitted = true;
      }
      case Answer.Refused<T> refusal when refusal.challenge().isPresent() ->
          rights.refuse(repository, subject, refusal);
      case Answer.Found<T> _,
          Answer.Refused<T> _,
          Answer.Absent<T> _,
          Answer.Failed<T> _,
          Answer.NotAsked<T> _ -> {}
    }
    return answer;
  }
}
