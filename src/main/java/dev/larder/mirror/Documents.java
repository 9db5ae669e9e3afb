package dev.larder.mirror;

import dev.larder.mirror.Freshness.Verdict;
import dev.larder.mirror.UpstreamRepository.Asked;
import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import dev.larder.oci.Tag;
import dev.larder.store.Document;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.upstream.Answer;
import dev.larder.upstream.Page;
import dev.larder.upstream.UpstreamManifest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The tag lists and referrers of mirrored repositories: the upstream's own pages, fresh and stale
 * like its manifests.
 */
final class Documents {
  private static final long RECENT_MEMORY = 8 << 20;
  private static final byte[] NO_REFERRERS =
      "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[]}"
          .formatted(MediaType.OCI_INDEX)
          .getBytes(StandardCharsets.UTF_8);

  private record Question(RepositoryKey repository, String key) {}

  private final Store store;
  private final InstantSource clock;
  private final SingleFlight<Asked<Question>, Lookup<Document>> flights = new SingleFlight<>();
  private final Recent<Question, Document> recent =
      new Recent<>(RECENT_MEMORY, document -> document.content().length);

  Documents(Store store, InstantSource clock) {
    this.store = store;
    this.clock = clock;
  }

  Lookup<Document> tags(UpstreamRepository repository, String query) {
    return document(
        repository, "tags?" + query, () -> repository.registry().tags(repository.name(), query));
  }

  Lookup<Document> referrers(UpstreamRepository repository, Digest subject, String query) {
    return document(
        repository,
        "referrers/" + subject + "?" + query,
        () -> {
          Answer<Page> page = repository.registry().referrers(repository.name(), subject, query);
          return page instanceof Answer.Absent ? referrersByTag(repository, subject) : page;
        });
  }

  private Lookup<Document> document(
      UpstreamRepository repository, String key, Supplier<Answer<Page>> ask) {
    Question question = new Question(repository.key(), key);
    return flights.join(
        repository.asked(question),
        () ->
            switch (repository.freshness().judge(recent.last(question), clock.instant())) {
              case Verdict.Serve<Document>(Document document) -> found(document, Source.HIT);
              case Verdict.Deny<Document>(String message) -> new Lookup.Absent<>(message);
              case Verdict.Ask<Document> _ -> ask(repository, question, ask);
            });
  }

  private Lookup<Document> ask(
      UpstreamRepository repository, Question question, Supplier<Answer<Page>> ask) {
    Instant now = clock.instant();
    Answer<Page> answer = ask.get();
    if (answer instanceof Answer.Found<Page>(Page page)) {
      Document document = new Document(page.content(), page.next());
      repository.keep(
          () -> store.catalog().putDocument(repository.key(), question.key(), document));
      recent.found(question, document, now);
      return found(document, Source.MISS);
    }
    Lookup<Document> lookup = repository.answer(answer);
    return switch (lookup) {
      case Lookup.Unavailable<Document> _, Lookup.NotAsked<Document> _ ->
          repository.stale(
              store.catalog().document(repository.key(), question.key()), lookup, clock.instant());
      case Lookup.Absent<Document>(String message) -> {
        recent.absent(question, message, now);
        yield lookup;
      }
      case Lookup.Refused<Document> _, Lookup.Found<Document> _ -> lookup;
    };
  }

  /**
   * The referrers by the tag that clients keep for registries without the API.
   *
   * @see <a
   *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema">OCI
   *     distribution specification, referrers tag schema</a>
   */
  private static Answer<Page> referrersByTag(UpstreamRepository repository, Digest subject) {
    String hex = subject.hex();
    Tag tag =
        new Tag(subject.algorithm().prefix() + "-" + hex.substring(0, Math.min(64, hex.length())));
    return switch (repository.registry().manifest(repository.name(), tag)) {
      case Answer.Found<UpstreamManifest>(UpstreamManifest index)
          when index.mediaType().isIndex() ->
          new Answer.Found<>(new Page(index.content(), Optional.empty()));
      case Answer.Found<UpstreamManifest> _, Answer.Absent<UpstreamManifest> _ ->
          new Answer.Found<>(new Page(NO_REFERRERS, Optional.empty()));
      case Answer<UpstreamManifest> other -> other.withoutValue();
    };
  }

  private static Lookup<Document> found(Document document, Source source) {
    return new Lookup.Found<>(document, source, Optional.empty());
  }
}
