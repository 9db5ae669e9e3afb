package dev.larder.transfer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.oci.Digest;
import dev.larder.oci.ImageReference;
import dev.larder.oci.MediaType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image layout with images under their whole names, as a list of files. The same images give the
 * same files in the same order, however they were asked for:
 *
 * <pre>
 * oci-layout
 * index.json               the images by name
 * blobs/sha256/0a51d8…     manifests and blobs by digest
 * </pre>
 *
 * @param files all files
 * @see <a href="https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md">OCI image
 *     specification, image layout</a>
 */
public record Bundle(List<File> files) {
  /** Tells those that Larder wrote: the names in it say where each image belongs. */
  static final String MARK = "dev.larder.bundle";

  private static final String VERSION = "1";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  public Bundle {
    files = List.copyOf(files);
  }

  /**
   * A file of it.
   *
   * @param size in bytes
   * @param content its bytes where they are known; else they are those of the digest
   */
  public record File(String name, long size, Digest digest, Optional<byte[]> content) {
    private static File of(String name, String text) {
      byte[] bytes = text.getBytes(UTF_8);
      return new File(name, bytes.length, Digest.sha256(bytes), Optional.of(bytes));
    }
  }

  /**
   * An image.
   *
   * @param mediaType its manifest's
   * @param digest its manifest's
   * @param size its manifest's, in bytes
   */
  public record Image(ImageReference name, MediaType mediaType, Digest digest, long size) {}

  /**
   * The bundle of images.
   *
   * @param images what it is to hold
   * @param blobs all manifests and blobs of theirs, with their sizes
   */
  public static Bundle of(Collection<Image> images, Map<Digest, Long> blobs) {
    List<File> files = new ArrayList<>();
    files.add(File.of(ImageLayout.MARK, "{\"imageLayoutVersion\":\"1.0.0\"}"));
    files.add(File.of(ImageLayout.INDEX, index(images)));
    blobs.entrySet().stream()
        .map(
            blob ->
                new File(
                    ImageLayout.path(blob.getKey()),
                    blob.getValue(),
                    blob.getKey(),
                    Optional.empty()))
        .sorted(Comparator.comparing(File::name))
        .forEach(files::add);
    return new Bundle(files);
  }

  private static String index(Collection<Image> images) {
    ObjectNode index =
        JSON.createObjectNode()
            .put("schemaVersion", 2)
            .put("mediaType", MediaType.OCI_INDEX.value());
    ArrayNode manifests = index.putArray("manifests");
    images.stream()
        .sorted(Comparator.comparing(image -> image.name().toString()))
        .forEach(
            image -> {
              ObjectNode manifest =
                  manifests
                      .addObject()
                      .put("mediaType", image.mediaType().value())
                      .put("digest", image.digest().toString())
                      .put("size", image.size());
              manifest
                  .putObject("annotations")
                  .put(ImageLayout.FULL_NAME, image.name().toString())
                  .put(ImageLayout.REFERENCE, image.name().toString());
            });
    index.putObject("annotations").put(MARK, VERSION);
    try {
      return JSON.writeValueAsString(index);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  /** How long the archive is that holds it, in bytes. */
  public long size() {
    return files.stream().mapToLong(file -> BundleWriter.length(file.size())).sum()
        + BundleWriter.END;
  }
}
