package dev.larder.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.larder.mirror.Lookup;
import dev.larder.mirror.Mirror;
import dev.larder.store.Document;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The tags of hosted repositories and of the mirrored one beneath them. Upstreams page in ways of
 * their own, so two lists can't be merged page by page: the upstream's is taken whole.
 *
 * @param names all of them, in lexical order
 * @param warning why the upstream's may be missing or old: a sentence
 */
record OverlaidTags(NavigableSet<String> names, Optional<String> warning) {
  /** An upstream whose list never ends isn't followed for ever. */
  private static final int MAX_PAGES = 1000;

  /** The hosted tags and those of the upstream. */
  static OverlaidTags of(NavigableSet<String> hosted, Mirror mirror) {
    NavigableSet<String> names = new TreeSet<>(hosted);
    Optional<String> warning = Optional.empty();
    Optional<String> query = Optional.of("");
    for (int i = 0; i < MAX_PAGES && query.isPresent(); i++) {
      Lookup<Document> page = mirror.tags(query.get());
      warning = warning.or(() -> MirrorReplies.warning(page));
      query = Optional.empty();
      if (page instanceof Lookup.Found<Document> found) {
        add(found.value(), names);
        query = found.value().next();
      }
    }
    return new OverlaidTags(names, warning);
  }

  private static void add(Document page, NavigableSet<String> names) {
    for (JsonNode tag : JsonResponses.read(page.content()).path("tags")) {
      names.add(tag.asText());
    }
  }
}
