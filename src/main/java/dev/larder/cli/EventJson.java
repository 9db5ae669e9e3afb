package dev.larder.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.events.Event;
import java.time.temporal.ChronoUnit;

/** An event as programs read it, and as people do. */
final class EventJson {
  private EventJson() {}

  /** As programs read it. */
  static ObjectNode of(Event event) {
    Event.Target target = event.target();
    ObjectNode node =
        JsonNodeFactory.instance
            .objectNode()
            .put("time", event.at().truncatedTo(ChronoUnit.MILLIS).toString())
            .put("kind", event.kind().word())
            .put("object", target.blob() ? "blob" : "manifest")
            .put("name", target.name());
    target.upstream().ifPresent(upstream -> node.put("upstream", upstream.value()));
    node.put("repository", target.repository());
    target.tag().ifPresent(tag -> node.put("tag", tag));
    target.digest().ifPresent(digest -> node.put("digest", digest));
    putText(node, "mediaType", target.mediaType());
    target.mountedFrom().ifPresent(from -> node.put("mountedFrom", from));
    putText(node, "outcome", event.outcome());
    node.put("size", target.size())
        .put("bytes", event.bytes())
        .put("milliseconds", event.took().toMillis());
    event.failure().ifPresent(failure -> node.put("failure", failure));
    event
        .request()
        .ifPresent(
            request -> {
              node.put("method", request.method())
                  .put("client", request.client().address().getAddress().getHostAddress());
              putText(node, "user", request.client().user());
              putText(node, "userAgent", request.client().userAgent());
            });
    return node;
  }

  private static void putText(ObjectNode node, String field, String text) {
    if (!text.isEmpty()) {
      node.put(field, text);
    }
  }

  /** A line for people, of what {@link #of} has made. */
  static String line(JsonNode event) {
    StringBuilder line =
        new StringBuilder(160)
            .append(event.path("time").asText())
            .append(" %-6s ".formatted(event.path("kind").asText()))
            .append("%-8s ".formatted(event.path("object").asText()))
            .append(event.path("name").asText());
    if (event.has("outcome")) {
      line.append(' ').append(event.path("outcome").asText());
    }
    line.append(' ').append(Sizes.text(event.path("bytes").asLong()));
    line.append(' ').append(event.path("milliseconds").asLong()).append(" ms");
    if (event.has("client")) {
      line.append(' ').append(event.path("client").asText());
    }
    if (event.has("failure")) {
      line.append(": ").append(event.path("failure").asText());
    }
    return line.toString();
  }
}
