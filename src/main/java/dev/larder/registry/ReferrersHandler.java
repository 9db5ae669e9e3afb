package dev.larder.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.http.Response;
import dev.larder.mirror.Lookup;
import dev.larder.mirror.Mirror;
import dev.larder.mirror.Source;
import dev.larder.oci.Descriptor;
import dev.larder.oci.Digest;
import dev.larder.oci.ErrorCode;
import dev.larder.oci.MediaType;
import dev.larder.registry.Repository.HostedRepository;
import dev.larder.registry.Repository.MirroredRepository;
import dev.larder.registry.Repository.OverlaidRepository;
import dev.larder.store.Catalog;
import dev.larder.store.Document;
import dev.larder.store.RepositoryKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * {@code /v2/<name>/referrers/<digest>}: the manifests whose subject that digest is, as an image
 * index, of one artifact type if the client asks so. There is always an answer: an index without
 * manifests where nothing refers to it.
 *
 * <p>The referrers of a mirrored repository are the upstream's. It is asked for all of them,
 * whatever their type: one answer then serves every type, and not every upstream can choose. Where
 * a hosted repository lies over a mirrored one, its own stand on the last of the upstream's pages.
 *
 * @see <a
 *     href="https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers">
 *     OCI distribution specification, listing referrers</a>
 */
final class ReferrersHandler {
  private final Catalog catalog;

  ReferrersHandler(Catalog catalog) {
    this.catalog = catalog;
  }

  Reply handle(Call call, Digest subject) {
    return switch (call.repository()) {
      case HostedRepository(RepositoryKey key) ->
          Reply.hosted(response(call, index(catalog.referrers(key, subject))));
      case MirroredRepository(Mirror mirror) -> mirrored(call, mirror, subject);
      case OverlaidRepository(List<RepositoryKey> hosted, Mirror mirror) ->
          overlaid(call, hosted, mirror, subject);
    };
  }

  private Reply overlaid(Call call, List<RepositoryKey> hosted, Mirror mirror, Digest subject) {
    Map<Digest, Descriptor> ours = new LinkedHashMap<>();
    Optional<RepositoryKey> first = Optional.empty();
    for (RepositoryKey key : hosted) {
      List<Descriptor> here = catalog.referrers(key, subject);
      here.forEach(manifest -> ours.putIfAbsent(manifest.digest(), manifest));
      first = first.or(() -> here.isEmpty() ? Optional.empty() : Optional.of(key));
    }
    if (first.isEmpty()) {
      return mirrored(call, mirror, subject);
    }
    Lookup<Document> lookup = mirror.referrers(subject, UpstreamQuery.of(call));
    if (lookup instanceof Lookup.Found<Document> found && found.value().next().isPresent()) {
      return MirrorReplies.found(found, page -> mirroredPage(call, subject, page));
    }
    ObjectNode index = index(ours.values());
    if (lookup instanceof Lookup.Found<Document> found) {
      merge(found.value(), ours.keySet(), index);
    }
    return MirrorReplies.overlaid(
        first.get(), response(call, index), MirrorReplies.warning(lookup));
  }

  private static void merge(Document page, Set<Digest> ours, ObjectNode index) {
    Set<String> known = ours.stream().map(Digest::toString).collect(Collectors.toSet());
    for (JsonNode manifest : JsonResponses.read(page.content()).path("manifests")) {
      if (!known.contains(manifest.path("digest").asText())) {
        index.withArray("manifests").add(manifest);
      }
    }
  }

  private static Reply mirrored(Call call, Mirror mirror, Digest subject) {
    Lookup<Document> lookup = mirror.referrers(subject, UpstreamQuery.of(call));
    return lookup instanceof Lookup.Absent<Document>
        ? MirrorReplies.found(
            new Lookup.Found<>(index(List.of()), Source.MISS, Optional.empty()),
            none -> response(call, none))
        : MirrorReplies.of(
            lookup, ErrorCode.MANIFEST_UNKNOWN, page -> mirroredPage(call, subject, page));
  }

  private static Response mirroredPage(Call call, Digest subject, Document page) {
    Response response = response(call, JsonResponses.read(page.content()));
    if (page.next().isEmpty()) {
      return response;
    }
    List<String> next = new ArrayList<>(List.of(page.next().get()));
    artifactType(call).ifPresent(type -> next.add("artifactType=" + Paging.encode(type)));
    return response.with("Link", Paging.link(call.location("/referrers/" + subject, next)));
  }

  private static Response response(Call call, ObjectNode index) {
    Optional<String> artifactType = artifactType(call);
    artifactType.ifPresent(type -> keepOnly(type, index));
    Response response = JsonResponses.of(200, MediaType.OCI_INDEX.value(), index);
    return artifactType.isPresent()
        ? response.with("OCI-Filters-Applied", "artifactType")
        : response;
  }

  /** Empty where the client doesn't care, or names no type. */
  private static Optional<String> artifactType(Call call) {
    return call.query().first("artifactType").filter(type -> !type.isEmpty());
  }

  private static void keepOnly(String artifactType, ObjectNode index) {
    ArrayNode kept = index.arrayNode();
    for (JsonNode manifest : index.path("manifests")) {
      if (artifactType.equals(manifest.path("artifactType").textValue())) {
        kept.add(manifest);
      }
    }
    index.set("manifests", kept);
  }

  private static ObjectNode index(Collection<Descriptor> manifests) {
    ObjectNode index =
        JsonResponses.object()
            .put("schemaVersion", 2)
            .put("mediaType", MediaType.OCI_INDEX.value());
    ArrayNode list = index.putArray("manifests");
    for (Descriptor manifest : manifests) {
      ObjectNode descriptor =
          list.addObject()
              .put("mediaType", manifest.mediaType().value())
              .put("digest", manifest.digest().toString())
              .put("size", manifest.size());
      manifest.artifactType().ifPresent(type -> descriptor.put("artifactType", type));
      if (!manifest.annotations().isEmpty()) {
        ObjectNode annotations = descriptor.putObject("annotations");
        manifest.annotations().forEach(annotations::put);
      }
    }
    return index;
  }
}
