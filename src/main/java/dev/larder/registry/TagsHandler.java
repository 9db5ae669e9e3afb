package dev.larder.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.http.Response;
import dev.larder.mirror.Mirror;
import dev.larder.oci.ErrorCode;
import dev.larder.oci.Tag;
import dev.larder.registry.Repository.HostedRepository;
import dev.larder.registry.Repository.MirroredRepository;
import dev.larder.registry.Repository.OverlaidRepository;
import dev.larder.store.Catalog;
import dev.larder.store.Document;
import dev.larder.store.RepositoryKey;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * {@code /v2/<name>/tags/list}. The tags of a mirrored repository are the upstream's, page by page,
 * under the name by which the client calls it; where the upstream knows no pages, they are cut
 * here. Where a hosted repository lies over a mirrored one, the list is of both together.
 *
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags">OCI
 *     distribution specification, listing tags</a>
 */
final class TagsHandler {
  private final Catalog catalog;

  TagsHandler(Catalog catalog) {
    this.catalog = catalog;
  }

  Reply handle(Call call) {
    return switch (call.repository()) {
      case HostedRepository(RepositoryKey key) -> Reply.hosted(hosted(call, key));
      case MirroredRepository(Mirror mirror) -> mirrored(call, mirror);
      case OverlaidRepository(List<RepositoryKey> hosted, Mirror mirror) ->
          overlaid(call, hosted, mirror).orElseGet(() -> mirrored(call, mirror));
    };
  }

  /** Empty where no tag was pushed. */
  private Optional<Reply> overlaid(Call call, List<RepositoryKey> hosted, Mirror mirror) {
    Optional<RepositoryKey> first = Optional.empty();
    NavigableSet<String> ours = new TreeSet<>();
    for (RepositoryKey key : hosted) {
      List<Tag> tags = catalog.tags(key, Optional.empty(), Integer.MAX_VALUE);
      tags.forEach(tag -> ours.add(tag.value()));
      first = first.or(() -> tags.isEmpty() ? Optional.empty() : Optional.of(key));
    }
    return first.map(
        key -> {
          OverlaidTags all = OverlaidTags.of(ours, mirror);
          return MirrorReplies.overlaid(key, overlaid(call, all.names()), all.warning());
        });
  }

  private static Reply mirrored(Call call, Mirror mirror) {
    return MirrorReplies.of(
        mirror.tags(UpstreamQuery.of(call)), ErrorCode.NAME_UNKNOWN, page -> mirrored(call, page));
  }

  private static Response overlaid(Call call, NavigableSet<String> tags) {
    return response(call, page(Paging.of(call.query()), tags));
  }

  private static Paging.Page<String> page(Paging paging, NavigableSet<String> tags) {
    return paging.take(
        (last, size) ->
            last.map(tag -> tags.tailSet(tag, false)).orElse(tags).stream().limit(size).toList(),
        Function.identity());
  }

  private Response hosted(Call call, RepositoryKey key) {
    Paging.Page<String> page =
        Paging.of(call.query())
            .take(
                (last, size) -> catalog.tags(key, last, size).stream().map(Tag::value).toList(),
                name -> name);
    if (page.entries().isEmpty() && !catalog.exists(key)) {
      throw new RegistryException(ErrorCode.NAME_UNKNOWN, "there is no repository " + key);
    }
    return response(call, page);
  }

  private static Response response(Call call, Paging.Page<String> page) {
    ObjectNode content = JsonResponses.object().put("name", call.path().name());
    ArrayNode tags = content.putArray("tags");
    page.entries().forEach(tags::add);
    return linked(call, JsonResponses.of(200, content), page.next().orElse(List.of()));
  }

  private static Response mirrored(Call call, Document page) {
    ObjectNode content = JsonResponses.read(page.content());
    content.put("name", call.path().name());
    List<String> next = page.next().map(List::of).orElse(List.of());
    if (next.isEmpty() && content.get("tags") instanceof ArrayNode tags) {
      next = cut(tags, Paging.of(call.query()));
    }
    return linked(call, JsonResponses.of(200, content), next);
  }

  /**
   * Leaves the part that was asked for, and tells the query for the next one. Distribution 2 and
   * others send every tag whatever the query says, which is seen by what they can't have meant.
   */
  private static List<String> cut(ArrayNode tags, Paging paging) {
    NavigableSet<String> all = new TreeSet<>();
    tags.forEach(tag -> all.add(tag.asText()));
    if (all.size() <= paging.size() && paging.last().filter(all::contains).isEmpty()) {
      return List.of();
    }
    Paging.Page<String> page = page(paging, all);
    tags.removeAll();
    page.entries().forEach(tags::add);
    return page.next().orElse(List.of());
  }

  private static Response linked(Call call, Response response, List<String> next) {
    return next.isEmpty()
        ? response
        : response.with("Link", Paging.link(call.location("/tags/list", next)));
  }
}
