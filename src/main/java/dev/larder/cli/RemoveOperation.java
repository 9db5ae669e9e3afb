package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Operation;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.oci.Digest;
import dev.larder.oci.Reference;
import dev.larder.oci.RegistryName;
import dev.larder.oci.Tag;
import dev.larder.store.Catalog;
import dev.larder.store.RepositoryKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Removes images that were pushed. All that are named are looked for before any is removed, so that
 * a wrong name changes nothing.
 */
final class RemoveOperation implements Operation {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Catalog catalog;
  private final Set<RegistryName> ownNames;

  RemoveOperation(Catalog catalog, Set<RegistryName> ownNames) {
    this.catalog = catalog;
    this.ownNames = ownNames;
  }

  /** What it is told: the images' names as they were written. */
  static ObjectNode arguments(List<String> images) {
    ArrayNode names = JSON.createArrayNode();
    images.forEach(names::add);
    return JSON.createObjectNode().set("images", names);
  }

  @Override
  public JsonNode run(JsonNode arguments, Progress progress) throws OperationException {
    List<HostedImage> images = new ArrayList<>();
    for (JsonNode name : arguments.path("images")) {
      HostedImage image = HostedImage.parse(name.asText(), ownNames);
      if (!exists(image)) {
        throw new OperationException("there is no %s".formatted(image));
      }
      images.add(image);
    }
    ArrayNode removed = JSON.createArrayNode();
    for (HostedImage image : images) {
      if (remove(image.repository(), image.reference())) {
        removed.add(image.toString());
      }
    }
    return JSON.createObjectNode().set("removed", removed);
  }

  private boolean exists(HostedImage image) {
    return switch (image.reference()) {
      case Tag tag -> catalog.tag(image.repository(), tag).isPresent();
      case Digest digest -> catalog.manifest(image.repository(), digest).isPresent();
    };
  }

  private boolean remove(RepositoryKey repository, Reference reference) {
    return switch (reference) {
      case Tag tag -> catalog.deleteTag(repository, tag);
      case Digest digest -> catalog.deleteManifest(repository, digest);
    };
  }
}
