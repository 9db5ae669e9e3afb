package dev.larder.testing;

import dev.larder.oci.Digest;
import dev.larder.oci.MediaType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Small images, made as bytes. The same arguments give the same bytes. */
public final class TestImages {
  private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
  private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

  private TestImages() {}

  /** An image's bytes: what a registry must hold so that it can be pulled. */
  public record Image(MediaType mediaType, byte[] manifest, byte[] config, List<byte[]> layers) {

    /** The digest of its manifest. */
    public Digest digest() {
      return Digest.sha256(manifest);
    }

    /** The digest of one of its layers, the lowest of which is 0. */
    public Digest layer(int number) {
      return Digest.sha256(layers.get(number));
    }
  }

  /** An OCI image with a layer of each of those lengths. */
  public static Image image(String name, int... layerSizes) {
    byte[] config =
        "{\"architecture\":\"amd64\",\"os\":\"linux\",\"author\":\"%s\"}"
            .formatted(name)
            .getBytes(StandardCharsets.UTF_8);
    List<byte[]> layers =
        IntStream.range(0, layerSizes.length)
            .mapToObj(i -> bytes(name.hashCode() + i, layerSizes[i]))
            .toList();
    return new Image(
        MediaType.OCI_MANIFEST, manifest(config, layers, Optional.empty()), config, layers);
  }

  /** An artifact that refers to {@code subject}: a signature, say. */
  public static Image referrer(Image subject, String artifactType) {
    byte[] config = "{}".getBytes(StandardCharsets.UTF_8);
    List<byte[]> layers = List.of(artifactType.getBytes(StandardCharsets.UTF_8));
    String about =
        ",\"subject\":%s,\"artifactType\":\"%s\""
            .formatted(descriptor(subject.mediaType().value(), subject.manifest()), artifactType);
    return new Image(
        MediaType.OCI_MANIFEST, manifest(config, layers, Optional.of(about)), config, layers);
  }

  /** An OCI index of those images. */
  public static byte[] index(Image... images) {
    String manifests =
        List.of(images).stream()
            .map(image -> descriptor(image.mediaType().value(), image.manifest()))
            .collect(Collectors.joining(","));
    return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
        .formatted(MediaType.OCI_INDEX, manifests)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** So many bytes that don't compress; the same for the same seed. */
  public static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static byte[] manifest(byte[] config, List<byte[]> layers, Optional<String> more) {
    String descriptors =
        layers.stream().map(layer -> descriptor(LAYER, layer)).collect(Collectors.joining(","));
    return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]%s}"
        .formatted(MediaType.OCI_MANIFEST, descriptor(CONFIG, config), descriptors, more.orElse(""))
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String descriptor(String mediaType, byte[] content) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(mediaType, Digest.sha256(content), content.length);
  }
}
