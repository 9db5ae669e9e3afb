package dev.larder.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.http.Body;
import dev.larder.http.Ranges;
import dev.larder.http.Request;
import dev.larder.http.Response;
import dev.larder.oci.Digest;
import dev.larder.oci.ErrorCode;
import dev.larder.oci.MediaType;
import dev.larder.oci.Tag;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An image of under three kilobytes that is nowhere else, for clients to see whether they pull
 * through Larder. It has every tag, so that a client asks for it each time. Its registry's name can
 * be nobody's (RFC 6761, section 6.4): where Larder isn't asked first, nobody answers.
 */
public final class ProbeImage {
  private static final String REGISTRY = "larder.invalid";

  /** Its name, without a tag. */
  public static final String NAME = REGISTRY + "/probe";

  private static final MediaType CONFIGURATION =
      new MediaType("application/vnd.oci.image.config.v1+json");
  private static final MediaType LAYER = new MediaType("application/vnd.oci.image.layer.v1.tar");

  /** What nodes of clusters run on; a client takes the one that it can run. */
  private static final List<String> ARCHITECTURES =
      List.of("amd64", "arm64", "ppc64le", "s390x", "riscv64");

  /** An archive of nothing: two blocks of zeros. */
  private static final byte[] NO_FILES = new byte[1024];

  private record Content(MediaType mediaType, byte[] bytes) {}

  private final Map<Digest, Content> contents = new HashMap<>();
  private final Digest index;

  ProbeImage() {
    ObjectNode list =
        JsonResponses.object()
            .put("schemaVersion", 2)
            .put("mediaType", MediaType.OCI_INDEX.value());
    ArrayNode manifests = list.putArray("manifests");
    for (String architecture : ARCHITECTURES) {
      ObjectNode descriptor = descriptor(manifest(architecture));
      descriptor.putObject("platform").put("architecture", architecture).put("os", "linux");
      manifests.add(descriptor);
    }
    index = put(MediaType.OCI_INDEX, list);
  }

  private Digest manifest(String architecture) {
    Digest layer = put(new Content(LAYER, NO_FILES));
    ObjectNode configuration =
        JsonResponses.object().put("architecture", architecture).put("os", "linux");
    configuration.putObject("config");
    configuration
        .putObject("rootfs")
        .put("type", "layers")
        .putArray("diff_ids")
        .add(layer.toString());
    ObjectNode manifest =
        JsonResponses.object()
            .put("schemaVersion", 2)
            .put("mediaType", MediaType.OCI_MANIFEST.value());
    manifest.set("config", descriptor(put(CONFIGURATION, configuration)));
    manifest.putArray("layers").add(descriptor(layer));
    return put(MediaType.OCI_MANIFEST, manifest);
  }

  private Digest put(MediaType mediaType, ObjectNode content) {
    return put(new Content(mediaType, content.toString().getBytes(StandardCharsets.UTF_8)));
  }

  private Digest put(Content content) {
    Digest digest = Digest.sha256(content.bytes());
    contents.put(digest, content);
    return digest;
  }

  private ObjectNode descriptor(Digest digest) {
    Content content = content(digest);
    return JsonResponses.object()
        .put("mediaType", content.mediaType().value())
        .put("digest", digest.toString())
        .put("size", content.bytes().length);
  }

  /**
   * Answers a pull of it; empty if the request is another.
   *
   * @param ns the registry that the request names
   * @throws RegistryException for what the image hasn't got
   */
  Optional<Reply> reply(Request request, Endpoint endpoint, Optional<String> ns) {
    if (ns.filter(REGISTRY::equals).isEmpty()
        || !endpoint.mirroredMethods().contains(request.method())) {
      return Optional.empty();
    }
    return switch (endpoint) {
      case Endpoint.Manifest(Digest digest) -> Optional.of(reply(request, digest));
      case Endpoint.Manifest(Tag _) -> Optional.of(reply(request, index));
      case Endpoint.Blob(Digest digest) -> Optional.of(reply(request, digest));
      case Endpoint.Base _,
          Endpoint.Token _,
          Endpoint.Repositories _,
          Endpoint.Tags _,
          Endpoint.Uploads _,
          Endpoint.Upload _,
          Endpoint.Referrers _ ->
          Optional.empty();
    };
  }

  private Reply reply(Request request, Digest digest) {
    Content content = content(digest);
    Response response =
        Ranges.answer(
            request,
            "\"" + digest + "\"",
            content.bytes().length,
            (offset, length) ->
                new Body.Bytes(
                    Arrays.copyOfRange(content.bytes(), (int) offset, (int) (offset + length))));
    return response.status() == 416
        ? Reply.error(ErrorResponses.rangeNotSatisfiable(digest, content.bytes().length))
        : Reply.hosted(
            response
                .with("Content-Type", content.mediaType().value())
                .with("Docker-Content-Digest", digest.toString()));
  }

  private Content content(Digest digest) {
    Content content = contents.get(digest);
    if (content == null) {
      throw new RegistryException(
          ErrorCode.MANIFEST_UNKNOWN, "the image for probes has no " + digest);
    }
    return content;
  }
}
