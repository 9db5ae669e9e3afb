package dev.larder.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.oci.Digest;
import dev.larder.oci.Digest.Algorithm;
import dev.larder.oci.ManifestReader;
import dev.larder.oci.MediaType;
import dev.larder.store.RepositoryKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code docker save} wrote before Docker 25, and other tools still write: {@code
 * manifest.json} with the names of a configuration and of layers, and no manifest that a registry
 * could serve. One is made here. The configuration stays as it is, so that the image keeps its ID;
 * layers stay as they are, uncompressed most often, so that each has the digest that the
 * configuration says; those that are compressed are hashed first. The same archive gives the same
 * manifests each time.
 *
 * @see <a href="https://github.com/moby/docker-image-spec/blob/v1.3.1/v1.2.md">Docker image
 *     specification 1.2, combined image JSON and file system changeset</a>
 */
public final class DockerArchive implements ImageSource {
  static final String INDEX = "manifest.json";

  private static final String CONFIG = "application/vnd.docker.container.image.v1+json";
  private static final String LAYER = "application/vnd.docker.image.rootfs.diff.tar";
  private static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  private static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
  private static final String GZIP = "gzip";
  private static final String ZSTD = "zstd";
  private static final int ZSTD_MAGIC = 0x28b52ffd;
  private static final int CHUNK = 256 << 10;
  private static final JsonMapper JSON = new JsonMapper();

  private final Tree tree;
  private final Map<Digest, Content> manifests = new HashMap<>();
  private final Map<Digest, Content> blobs = new HashMap<>();
  private final Listings listings;

  private DockerArchive(Tree tree, Optional<ImageName> given)
      throws IOException, InvalidSourceException {
    this.tree = tree;
    List<Listings.Named> images = new ArrayList<>();
    for (JsonNode image : json(tree.file(INDEX).orElseThrow(), INDEX)) {
      images.addAll(named(manifest(image), image.path("RepoTags")));
    }
    this.listings = Listings.of(tree.place(), images, given);
  }

  /**
   * Reads the archive's index and configurations.
   *
   * @param given what an image without a name is called
   * @throws InvalidSourceException if it can't be understood, or an image has no name
   */
  static DockerArchive open(Tree tree, Optional<ImageName> given)
      throws IOException, InvalidSourceException {
    return new DockerArchive(tree, given);
  }

  private static List<Listings.Named> named(Digest manifest, JsonNode tags) {
    List<Listings.Named> images = new ArrayList<>();
    for (JsonNode tag : tags) {
      Optional<ImageName> name = ImageName.parse(tag.asText());
      images.add(
          new Listings.Named(
              manifest,
              name.map(ImageName::repository).map(RepositoryKey::hosted),
              name.flatMap(ImageName::tag)));
    }
    return images.isEmpty()
        ? List.of(new Listings.Named(manifest, Optional.empty(), Optional.empty()))
        : images;
  }

  /** Makes the manifest of an image. */
  private Digest manifest(JsonNode image) throws IOException, InvalidSourceException {
    String configName = image.path("Config").asText();
    Content config = file(configName);
    JsonNode diffIds = json(config, configName).path("rootfs").path("diff_ids");
    JsonNode layers = image.path("Layers");
    if (diffIds.size() != layers.size()) {
      throw new InvalidSourceException(
          "%s is damaged: %s speaks of %d layers, %s of %d"
              .formatted(tree.place(), INDEX, layers.size(), configName, diffIds.size()));
    }
    Digest configDigest = Digest.sha256(config.read(ManifestReader.MAX_SIZE));
    requireName(configName, configDigest);
    blobs.put(configDigest, config);
    List<Layer> found = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      found.add(layer(layers.get(i).asText(), diffIds.get(i).asText()));
    }
    // Docker's own types know nothing of zstd, and clients refuse what they don't know.
    boolean oci = found.stream().anyMatch(layer -> layer.compression().equals(ZSTD));
    ArrayNode descriptors = JSON.createArrayNode();
    for (Layer layer : found) {
      String type =
          layer.compression().isEmpty()
              ? (oci ? OCI_LAYER : LAYER)
              : (oci ? OCI_LAYER + "+" : LAYER + ".") + layer.compression();
      descriptors.add(descriptor(type, layer.digest(), layer.size()));
    }
    ObjectNode manifest =
        JSON.createObjectNode()
            .put("schemaVersion", 2)
            .put("mediaType", (oci ? MediaType.OCI_MANIFEST : MediaType.DOCKER_MANIFEST).value());
    manifest.set("config", descriptor(oci ? OCI_CONFIG : CONFIG, configDigest, config.size()));
    manifest.set("layers", descriptors);
    byte[] bytes = JSON.writeValueAsBytes(manifest);
    Digest digest = Digest.sha256(bytes);
    manifests.put(digest, Content.of(bytes));
    return digest;
  }

  /** A configuration's name is its digest; where it isn't, somebody has changed one of the two. */
  private void requireName(String name, Digest digest) throws InvalidSourceException {
    String base = name.substring(name.lastIndexOf('/') + 1).replaceFirst("\\.json$", "");
    if (Digest.parse("sha256:" + base).filter(named -> !named.equals(digest)).isPresent()) {
      throw new InvalidSourceException(
          "%s is damaged: the content of %s is %s".formatted(tree.place(), name, digest));
    }
  }

  private Layer layer(String name, String diffId) throws IOException, InvalidSourceException {
    Content content = file(name);
    String compression = compression(content);
    Digest digest =
        compression.isEmpty()
            ? Digest.parse(diffId)
                .orElseThrow(
                    () ->
                        new InvalidSourceException(
                            "%s is damaged: \"%s\" is not the digest of a layer"
                                .formatted(tree.place(), diffId)))
            : hash(content);
    blobs.put(digest, content);
    return new Layer(digest, content.size(), compression);
  }

  /**
   * How a layer is compressed, empty if it isn't; the name of its file says nothing of its
   * compression.
   */
  private static String compression(Content content) throws IOException {
    if (TarArchive.isGzip(content)) {
      return GZIP;
    }
    try (InputStream in = content.opening().open()) {
      byte[] magic = in.readNBytes(Integer.BYTES);
      return magic.length == Integer.BYTES && ByteBuffer.wrap(magic).getInt() == ZSTD_MAGIC
          ? ZSTD
          : "";
    }
  }

  private record Layer(Digest digest, long size, String compression) {}

  private static Digest hash(Content content) throws IOException {
    MessageDigest hash = Algorithm.SHA256.newHash();
    byte[] chunk = new byte[CHUNK];
    try (InputStream in = content.opening().open()) {
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        hash.update(chunk, 0, count);
      }
    }
    return Algorithm.SHA256.digest(hash);
  }

  private static ObjectNode descriptor(String mediaType, Digest digest, long size) {
    return JSON.createObjectNode()
        .put("mediaType", mediaType)
        .put("size", size)
        .put("digest", digest.toString());
  }

  private Content file(String name) throws IOException, InvalidSourceException {
    return tree.file(name)
        .orElseThrow(
            () ->
                new InvalidSourceException(
                    "%s is damaged: it has no file \"%s\"".formatted(tree.place(), name)));
  }

  private JsonNode json(Content content, String name) throws IOException, InvalidSourceException {
    try {
      return JSON.readTree(content.read(ManifestReader.MAX_SIZE));
    } catch (JsonProcessingException e) {
      throw new InvalidSourceException(
          "%s of %s is not JSON: %s".formatted(name, tree.place(), e.getOriginalMessage()));
    }
  }

  @Override
  public String kind() {
    return "a docker save archive";
  }

  @Override
  public List<RepositoryKey> repositories() {
    return listings.repositories();
  }

  @Override
  public Listing list(RepositoryKey repository) {
    return listings.list(repository);
  }

  @Override
  public Optional<Content> manifest(RepositoryKey repository, Digest digest) {
    return Optional.ofNullable(manifests.get(digest));
  }

  @Override
  public Optional<Content> blob(RepositoryKey repository, Digest digest) {
    return Optional.ofNullable(blobs.get(digest));
  }

  @Override
  public void close() throws IOException {
    tree.close();
  }
}
