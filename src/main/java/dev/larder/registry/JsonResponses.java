package dev.larder.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.http.Body;
import dev.larder.http.Response;
import dev.larder.oci.ErrorCode;
import java.io.IOException;

/** Answers that are JSON, as the API has them. */
final class JsonResponses {
  private static final JsonMapper JSON = new JsonMapper();

  private JsonResponses() {}

  /** An object to be filled. */
  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /**
   * An object that an upstream sent.
   *
   * @throws RegistryException if it isn't one
   */
  static ObjectNode read(byte[] content) {
    try {
      if (JSON.readTree(content) instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException e) {
      // It is told below, as anything else is that isn't an object.
    }
    throw new RegistryException(
        ErrorCode.UNAVAILABLE, "the upstream's answer to this is not a JSON object");
  }

  /** An answer with that content, as {@code application/json}. */
  static Response of(int status, JsonNode content) {
    return of(status, "application/json", content);
  }

  /** An answer with that content. */
  static Response of(int status, String contentType, JsonNode content) {
    try {
      return Response.of(status)
          .with("Content-Type", contentType)
          .with(new Body.Bytes(JSON.writeValueAsBytes(content)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }
}
