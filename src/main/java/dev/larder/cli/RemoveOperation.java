package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.control.Operation;
import dev.larder.control.OperationException;
import dev.larder.control.Progress;
import dev.larder.oci.Digest;
import dev.larder.oci.InvalidManifestException;
import dev.larder.oci.Manifest;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.Reference;
import dev.larder.oci.RegistryName;
import dev.larder.oci.Tag;
import dev.larder.store.Catalog;
import dev.larder.store.RepositoryKey;
import dev.larder.store.StoredManifest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Removes images that were pushed. By a tag, an image goes only if no other tag and no index keeps
 * it; with an index go the images that it alone lists, with an image what was attached to it. All
 * that are named are looked for before any is removed, so that a wrong name changes nothing.
 */
final class RemoveOperation implements Operation {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final Instant EVER = Instant.ofEpochMilli(Long.MAX_VALUE);

  private final Catalog catalog;
  private final Predicate<RegistryName> ownNames;
  private final Consumer<HostedImage> whenRemoved;

  /**
   * @param whenRemoved is told of each image that was removed; must not block
   */
  RemoveOperation(
      Catalog catalog, Predicate<RegistryName> ownNames, Consumer<HostedImage> whenRemoved) {
    this.catalog = catalog;
    this.ownNames = ownNames;
    this.whenRemoved = whenRemoved;
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
        throw new OperationException(
            image.repository().overlaid().isPresent()
                ? "no image was pushed here as %s; what is mirrored isn't removed".formatted(image)
                : "there is no %s".formatted(image));
      }
      images.add(image);
    }
    ArrayNode removed = JSON.createArrayNode();
    for (HostedImage image : images) {
      if (remove(image.repository(), image.reference())) {
        removed.add(image.toString());
        whenRemoved.accept(image);
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
      case Tag tag -> {
        Optional<Digest> named = catalog.tag(repository, tag);
        boolean removed = catalog.deleteTag(repository, tag);
        named.ifPresent(digest -> removeUnused(repository, digest));
        yield removed;
      }
      case Digest digest -> {
        List<Digest> kept = kept(repository, digest);
        boolean removed = catalog.deleteManifest(repository, digest);
        kept.forEach(one -> removeUnused(repository, one));
        yield removed;
      }
    };
  }

  /** Removes a manifest that nothing keeps any more, and those that it alone has kept. */
  private void removeUnused(RepositoryKey repository, Digest digest) {
    List<Digest> kept = kept(repository, digest);
    if (catalog.deleteUnusedManifest(repository, digest, EVER)) {
      kept.forEach(one -> removeUnused(repository, one));
    }
  }

  /** The manifests that are there for the sake of one: those that it lists, and its referrers. */
  private List<Digest> kept(RepositoryKey repository, Digest digest) {
    List<Digest> kept = new ArrayList<>();
    catalog.referrers(repository, digest).forEach(referrer -> kept.add(referrer.digest()));
    Optional<StoredManifest> manifest = catalog.manifest(repository, digest);
    if (manifest.isPresent()) {
      try {
        StoredManifest stored = manifest.get();
        if (ManifestReader.read(stored.mediaType(), stored.content())
            instanceof Manifest.Index index) {
          index.manifests().forEach(child -> kept.add(child.digest()));
        }
      } catch (InvalidManifestException e) {
        throw new IllegalStateException("a manifest that was accepted isn't one: " + digest, e);
      }
    }
    return kept;
  }
}
