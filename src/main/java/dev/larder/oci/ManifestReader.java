package dev.larder.oci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads manifests from their bytes. */
public final class ManifestReader {
  /** The longest manifest that is read or kept, in bytes: what clients accept. */
  public static final int MAX_SIZE = 4 << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private ManifestReader() {}

  /**
   * Reads the manifest that {@code content} is.
   *
   * @param mediaType the type under which it came
   * @throws InvalidManifestException if it isn't a manifest of that type; the message says why
   */
  public static Manifest read(MediaType mediaType, byte[] content) throws InvalidManifestException {
    JsonNode root = parse(content);
    if (root.path("schemaVersion").asInt() != 2) {
      throw new InvalidManifestException("schemaVersion is not 2");
    }
    Optional<String> declared = text(root, "mediaType");
    if (declared.isPresent() && !declared.get().equals(mediaType.value())) {
      throw new InvalidManifestException(
          "it came as %s, but says that it is %s".formatted(mediaType, declared.get()));
    }
    Optional<Descriptor> subject =
        root.hasNonNull("subject")
            ? Optional.of(descriptor(root.get("subject"), "subject"))
            : Optional.empty();
    Map<String, String> annotations = annotations(root);
    Optional<String> artifactType = text(root, "artifactType").filter(type -> !type.isEmpty());
    if (mediaType.isIndex()) {
      return new Manifest.Index(
          mediaType, descriptors(root, "manifests"), subject, artifactType, annotations);
    }
    if (mediaType.isImageManifest()) {
      Descriptor config = descriptor(root.path("config"), "config");
      return new Manifest.Image(
          mediaType,
          config,
          descriptors(root, "layers"),
          subject,
          artifactType.or(() -> Optional.of(config.mediaType().value())),
          annotations);
    }
    throw new InvalidManifestException(mediaType + " is not the type of a manifest");
  }

  /**
   * The media type that a manifest says it has.
   *
   * @throws InvalidManifestException if it says none, or isn't JSON
   */
  public static MediaType declaredMediaType(byte[] content) throws InvalidManifestException {
    return text(parse(content), "mediaType")
        .map(MediaType::parse)
        .orElseThrow(() -> new InvalidManifestException("neither it nor Content-Type says what"));
  }

  /**
   * The media type of a manifest that is kept without one: what it says or, since OCI's needn't
   * say, what its properties show.
   *
   * @throws InvalidManifestException if it isn't JSON
   */
  public static MediaType apparentMediaType(byte[] content) throws InvalidManifestException {
    JsonNode root = parse(content);
    return text(root, "mediaType")
        .map(MediaType::parse)
        .orElse(root.has("manifests") ? MediaType.OCI_INDEX : MediaType.OCI_MANIFEST);
  }

  private static JsonNode parse(byte[] content) throws InvalidManifestException {
    try {
      JsonNode root = JSON.readTree(content);
      if (!root.isObject()) {
        throw new InvalidManifestException("it is not a JSON object");
      }
      return root;
    } catch (JsonProcessingException e) {
      throw new InvalidManifestException("it is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new InvalidManifestException("it is not JSON: " + e.getMessage());
    }
  }

  private static List<Descriptor> descriptors(JsonNode parent, String field)
      throws InvalidManifestException {
    JsonNode array = parent.path(field);
    if (!array.isArray()) {
      throw new InvalidManifestException(field + " is not a list");
    }
    List<Descriptor> descriptors = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      descriptors.add(descriptor(array.get(i), "%s[%d]".formatted(field, i)));
    }
    return List.copyOf(descriptors);
  }

  private static Descriptor descriptor(JsonNode node, String where)
      throws InvalidManifestException {
    String mediaType =
        text(node, "mediaType")
            .orElseThrow(() -> new InvalidManifestException(where + " has no mediaType"));
    Digest digest =
        text(node, "digest")
            .flatMap(Digest::parse)
            .orElseThrow(() -> new InvalidManifestException(where + " has no valid digest"));
    JsonNode size = node.path("size");
    if (!size.isIntegralNumber() || !size.canConvertToLong() || size.longValue() < 0) {
      throw new InvalidManifestException(where + " has no valid size");
    }
    return new Descriptor(
        MediaType.parse(mediaType),
        digest,
        size.longValue(),
        text(node, "artifactType"),
        annotations(node),
        platform(node.path("platform")));
  }

  private static Optional<Platform> platform(JsonNode node) {
    return text(node, "os")
        .flatMap(
            os ->
                text(node, "architecture")
                    .map(architecture -> new Platform(os, architecture, text(node, "variant"))));
  }

  private static Map<String, String> annotations(JsonNode node) throws InvalidManifestException {
    Map<String, String> annotations = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.path("annotations").properties()) {
      if (!entry.getValue().isTextual()) {
        throw new InvalidManifestException("annotation " + entry.getKey() + " is not a string");
      }
      annotations.put(entry.getKey(), entry.getValue().textValue());
    }
    return annotations;
  }

  private static Optional<String> text(JsonNode node, String field) {
    return Optional.ofNullable(node.path(field).textValue());
  }
}
