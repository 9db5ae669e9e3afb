package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Operation;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.oci.Digest;
import dev.larder.store.Catalog;
import java.util.Collection;

/**
 * Says which manifests are stored, in whatever repository: pushed, loaded or pulled through. Asks
 * no upstream.
 */
final class KnownOperation implements Operation {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Catalog catalog;

  KnownOperation(Catalog catalog) {
    this.catalog = catalog;
  }

  /** What it is told: the manifests' digests. */
  static ObjectNode arguments(Collection<Digest> manifests) {
    ArrayNode digests = JSON.createArrayNode();
    manifests.forEach(digest -> digests.add(digest.toString()));
    return JSON.createObjectNode().set("manifests", digests);
  }

  @Override
  public JsonNode run(JsonNode arguments, Progress progress) throws OperationException {
    ArrayNode known = JSON.createArrayNode();
    for (JsonNode text : arguments.path("manifests")) {
      Digest digest =
          Digest.parse(text.asText())
              .orElseThrow(() -> new OperationException("%s is no digest".formatted(text)));
      if (catalog.manifest(digest).isPresent()) {
        known.add(digest.toString());
      }
    }
    return JSON.createObjectNode().set("known", known);
  }
}
