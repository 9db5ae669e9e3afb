package dev.larder.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.http.Response;
import dev.larder.mirror.Lookup;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.Source;
import dev.larder.oci.Tag;
import dev.larder.store.Document;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The tags of a hosted repository and of the mirrored one beneath it. Upstreams page in ways of
 * their own, so two lists can't be merged page by page: the upstream's is taken whole.
 *
 * @param names all of them, in lexical order
 * @param source where the upstream's come from; empty if it has none for us
 * @param warning why the upstream's may be missing or old: a sentence
 */
record OverlaidTags(NavigableSet<String> names, Optional<Source> source, Optional<String> warning) {
  /** An upstream whose list never ends isn't followed for ever. */
  private static final int MAX_PAGES = 1000;

  /** The hosted tags and those of the upstream. */
  static OverlaidTags of(List<Tag> hosted, Mirror mirror) {
    NavigableSet<String> names = new TreeSet<>();
    hosted.forEach(tag -> names.add(tag.value()));
    Optional<Source> source = Optional.empty();
    Optional<String> warning = Optional.empty();
    Optional<String> query = Optional.of("");
    for (int i = 0; i < MAX_PAGES && query.isPresent(); i++) {
      Lookup<Document> page = mirror.tags(query.get());
      if (!(page instanceof Lookup.Found<Document> found)) {
        return new OverlaidTags(names, source, warning.or(page::unavailability));
      }
      add(found.value(), names);
      source = Optional.of(found.source());
      warning = warning.or(found::warning);
      query = found.value().next();
    }
    return new OverlaidTags(names, source, warning);
  }

  private static void add(Document page, NavigableSet<String> names) {
    for (JsonNode tag : JsonResponses.read(page.content()).path("tags")) {
      names.add(tag.asText());
    }
  }

  /** The reply with a part of them. */
  Reply reply(Function<NavigableSet<String>, Response> response) {
    return source
        .map(from -> MirrorReplies.found(new Lookup.Found<>(names, from, warning), response))
        .orElseGet(() -> MirrorReplies.overlaid(response.apply(names), warning));
  }
}
