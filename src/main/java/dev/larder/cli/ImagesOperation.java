package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Operation;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.oci.Digest;
import dev.larder.oci.RegistryName;
import dev.larder.oci.RepositoryName;
import dev.larder.oci.Tag;
import dev.larder.store.Inventory;
import dev.larder.store.Inventory.Selection;
import dev.larder.store.RepositoryKey;
import dev.larder.store.Store;
import dev.larder.store.StoredImage;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Lists a page of images; who wants the next one hands over the last image of this one. */
final class ImagesOperation implements Operation {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** A page of them is far below what a line of the control socket may have. */
  private static final int PAGE = 5000;

  private final Inventory inventory;
  private final Store store;
  private final Predicate<RegistryName> ownNames;

  ImagesOperation(Inventory inventory, Store store, Predicate<RegistryName> ownNames) {
    this.inventory = inventory;
    this.store = store;
    this.ownNames = ownNames;
  }

  /** What it is told to list images whose names have {@code filter} in them. */
  static ObjectNode named(Optional<String> filter) {
    ObjectNode arguments = JSON.createObjectNode();
    filter.ifPresent(text -> arguments.put("filter", text));
    return arguments;
  }

  /** What it is told to list the images of a repository. */
  static ObjectNode of(String repository) {
    return JSON.createObjectNode().put("repository", repository);
  }

  /** What it is told to go on after an image that it has listed. */
  static ObjectNode after(ObjectNode arguments, JsonNode image) {
    return arguments.deepCopy().set("after", image);
  }

  @Override
  public JsonNode run(JsonNode arguments, Progress progress) throws OperationException {
    JsonNode last = arguments.path("after");
    List<StoredImage> page =
        inventory.images(
            selection(arguments), last.isMissingNode() ? Optional.empty() : key(last), PAGE);
    ObjectNode result = JSON.createObjectNode();
    ArrayNode images = result.putArray("images");
    page.forEach(
        image ->
            images.add(
                json(image, store.privateRepositories().contains(image.key().repository()))));
    return result.put("last", page.size() < PAGE);
  }

  private Selection selection(JsonNode arguments) throws OperationException {
    if (arguments.has("repository")) {
      RepositoryKey key = repository(arguments.path("repository").asText());
      if (!store.catalog().exists(key) && key.overlay().filter(store.catalog()::exists).isEmpty()) {
        throw new OperationException("there is no repository %s here".formatted(key));
      }
      return new Selection.Of(key);
    }
    return arguments.has("filter")
        ? new Selection.Named(arguments.path("filter").asText())
        : new Selection.All();
  }

  /** {@code app} and {@code localhost:5000/app} are what was pushed, {@code quay.io/app} isn't. */
  private RepositoryKey repository(String text) throws OperationException {
    int slash = text.indexOf('/');
    String first = slash < 0 ? "" : text.substring(0, slash);
    boolean qualified = RegistryName.looksLikeRegistry(first);
    Optional<RegistryName> registry = qualified ? RegistryName.parse(first) : Optional.empty();
    Optional<RepositoryName> name =
        RepositoryName.parse(qualified ? text.substring(slash + 1) : text);
    if (name.isEmpty() || (qualified && registry.isEmpty())) {
      throw new OperationException(
          "\"%s\" is not a repository: write NAME, or REGISTRY/NAME".formatted(text));
    }
    return registry.isEmpty() || ownNames.test(registry.get())
        ? RepositoryKey.hosted(name.get())
        : RepositoryKey.mirrored(registry.get(), name.get());
  }

  private static ObjectNode json(StoredImage image, boolean isPrivate) {
    StoredImage.Key key = image.key();
    Optional<RegistryName> upstream = key.repository().upstream();
    ObjectNode node =
        JSON.createObjectNode()
            .put(
                "name",
                key.repository()
                    + key.tag().map(tag -> ":" + tag).orElseGet(() -> "@" + key.digest()))
            .put("kind", kind(key.repository()))
            .put("private", isPrivate);
    upstream.ifPresent(registry -> node.put("upstream", registry.value()));
    node.put("repository", key.repository().name().value());
    key.tag().ifPresent(tag -> node.put("tag", tag.value()));
    node.put("digest", key.digest().toString())
        .put("mediaType", image.mediaType().value())
        .put("bytes", image.size())
        .put("pulls", image.pulls());
    if (image.pinned()) {
      node.put("pinned", true);
    }
    image.lastPulled().ifPresent(at -> node.put("lastPulled", at.toString()));
    return node;
  }

  private static String kind(RepositoryKey repository) {
    if (repository.upstream().isPresent()) {
      return "mirrored";
    }
    return repository.overlaid().isPresent() ? "overlay" : "hosted";
  }

  private static Optional<StoredImage.Key> key(JsonNode image) throws OperationException {
    Optional<RepositoryName> name = RepositoryName.parse(image.path("repository").asText());
    Optional<Digest> digest = Digest.parse(image.path("digest").asText());
    if (name.isEmpty() || digest.isEmpty()) {
      throw new OperationException("this isn't an image of the list: " + image);
    }
    return Optional.of(
        new StoredImage.Key(
            new RepositoryKey(RegistryName.parse(image.path("upstream").asText()), name.get()),
            Tag.parse(image.path("tag").asText()),
            digest.get()));
  }
}
