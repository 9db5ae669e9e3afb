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
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.Catalog;
import dev.larder.store.Pin;
import dev.larder.store.RepositoryKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Pins mirrored images, or unpins them; without images, it lists what is pinned. All names are
 * looked at before anything is changed.
 */
final class PinOperation implements Operation {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Catalog catalog;
  private final Predicate<RegistryName> ownNames;
  private final boolean unpins;

  /**
   * @param unpins whether it unpins
   */
  PinOperation(Catalog catalog, Predicate<RegistryName> ownNames, boolean unpins) {
    this.catalog = catalog;
    this.ownNames = ownNames;
    this.unpins = unpins;
  }

  /** What it is told: the images' names as they were written. */
  static ObjectNode arguments(List<String> images) {
    ArrayNode names = JSON.createArrayNode();
    images.forEach(names::add);
    return JSON.createObjectNode().set("images", names);
  }

  @Override
  public JsonNode run(JsonNode arguments, Progress progress) throws OperationException {
    List<Pin> pins = new ArrayList<>();
    List<Pin> present = catalog.pins();
    for (JsonNode name : arguments.path("images")) {
      Pin pin = parse(name.asText());
      if (unpins && !present.contains(pin)) {
        throw new OperationException("%s isn't pinned".formatted(text(pin)));
      }
      pins.add(pin);
    }
    if (unpins) {
      pins.forEach(catalog::unpin);
    } else {
      pins.forEach(catalog::pin);
    }
    ArrayNode images = JSON.createArrayNode();
    for (Pin pin : pins.isEmpty() ? present : pins) {
      images.addObject().put("name", text(pin)).put("here", isHere(pin));
    }
    return JSON.createObjectNode().set(unpins ? "unpinned" : "pinned", images);
  }

  private boolean isHere(Pin pin) {
    return switch (pin.reference()) {
      case Tag tag -> catalog.tag(pin.repository(), tag).isPresent();
      case Digest digest -> catalog.manifest(pin.repository(), digest).isPresent();
    };
  }

  private static String text(Pin pin) {
    return switch (pin.reference()) {
      case Tag tag -> pin.repository() + ":" + tag;
      case Digest digest -> pin.repository() + "@" + digest;
    };
  }

  private Pin parse(String text) throws OperationException {
    int at = text.indexOf('@');
    int mark = at >= 0 ? at : text.indexOf(':', text.lastIndexOf('/') + 1);
    Optional<Reference> reference =
        mark < 0 ? Optional.empty() : Reference.parse(text.substring(mark + 1));
    boolean fits = reference.isPresent() && (reference.get() instanceof Digest) == (at >= 0);
    if (!fits) {
      throw new OperationException(
          "\"%s\" doesn't say which image: write REGISTRY/NAME:TAG or REGISTRY/NAME@DIGEST"
              .formatted(text));
    }
    return new Pin(repository(text, text.substring(0, mark)), reference.orElseThrow());
  }

  private RepositoryKey repository(String text, String name) throws OperationException {
    int slash = name.indexOf('/');
    String first = slash < 0 ? "" : RegistryName.fromPath(name.substring(0, slash));
    Optional<RegistryName> registry =
        RegistryName.looksLikeRegistry(first) ? RegistryName.parse(first) : Optional.empty();
    if (registry.filter(ownNames.negate()).isEmpty()) {
      throw new OperationException(
          ("\"%s\" would be an image that was pushed here, and those stay anyway: write a mirrored"
                  + " one with its registry, like docker.io/library/debian:12")
              .formatted(text));
    }
    return RepositoryName.parse(name.substring(slash + 1))
        .map(path -> RepositoryKey.mirrored(registry.get(), path))
        .orElseThrow(() -> new OperationException("\"%s\" is no image's name".formatted(text)));
  }
}
