package dev.larder.notify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.events.Event;
import dev.larder.events.Kind;
import dev.larder.oci.RegistryName;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes events as distribution does.
 *
 * @param address of the one who notifies: host and port
 * @param instance tells one start of a process from another
 * @param implied the registry that clients don't name, since all here is its
 * @see <a href="https://distribution.github.io/distribution/about/notifications/#events">
 *     Distribution, notifications: events</a>
 */
record Envelopes(String address, String instance, Optional<RegistryName> implied) {
  /** The type of an envelope. */
  static final String MEDIA_TYPE = "application/vnd.docker.distribution.events.v1+json";

  /** What distribution calls every blob. */
  static final String BLOB_TYPE = "application/octet-stream";

  private static final JsonMapper JSON = new JsonMapper();

  /** What an event is called there; empty for one that it doesn't have. */
  static Optional<String> action(Event event) {
    return switch (event.kind()) {
      case PULL, PUSH, MOUNT, DELETE -> Optional.of(event.kind().word());
      case FETCH, EVICT -> Optional.empty();
    };
  }

  /** The type of what an event is about; empty where distribution names none. */
  static String mediaType(Event event) {
    boolean named = event.target().blob() && event.kind() != Kind.DELETE;
    return named ? BLOB_TYPE : event.target().mediaType();
  }

  /** An envelope with one event, that has an action. */
  byte[] of(Event event) {
    ObjectNode node = JSON.createObjectNode();
    node.put("id", UUID.randomUUID().toString())
        .put("timestamp", event.at().toString())
        .put("action", action(event).orElseThrow());
    node.set("target", target(event));
    node.set("request", request(event));
    ObjectNode actor = node.putObject("actor");
    event
        .request()
        .map(request -> request.client().user())
        .filter(user -> !user.isEmpty())
        .ifPresent(user -> actor.put("name", user));
    node.putObject("source").put("addr", address).put("instanceID", instance);
    ObjectNode envelope = JSON.createObjectNode();
    envelope.putArray("events").add(node);
    try {
      return JSON.writeValueAsBytes(envelope);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree can always be written", e);
    }
  }

  private ObjectNode target(Event event) {
    Event.Target target = event.target();
    ObjectNode node = JSON.createObjectNode();
    String mediaType = mediaType(event);
    if (!mediaType.isEmpty()) {
      node.put("mediaType", mediaType);
    }
    if (target.size() > 0) {
      node.put("size", target.size());
    }
    target.digest().ifPresent(digest -> node.put("digest", digest));
    if (target.size() > 0) {
      node.put("length", target.size());
    }
    Optional<RegistryName> registry =
        target.upstream().filter(name -> !implied.equals(Optional.of(name)));
    node.put("repository", registry.map(name -> name + "/").orElse("") + target.repository());
    target
        .mountedFrom()
        .filter(from -> !from.isEmpty())
        .ifPresent(from -> node.put("fromRepository", from));
    if (event.kind() != Kind.DELETE) {
      url(event, registry).ifPresent(url -> node.put("url", url));
    }
    target.tag().ifPresent(tag -> node.put("tag", tag));
    return node;
  }

  /**
   * By which path whoever gets it can have the content, whatever the client had said by a query.
   */
  private static Optional<String> url(Event event, Optional<RegistryName> registry) {
    Event.Target target = event.target();
    String path =
        registry.map(name -> name.inPath().orElse(name.value()) + "/").orElse("")
            + target.repository();
    return event
        .request()
        .filter(request -> !request.client().host().isEmpty())
        .flatMap(
            request ->
                target
                    .digest()
                    .map(
                        digest ->
                            "%s://%s/v2/%s/%s/%s"
                                .formatted(
                                    request.client().scheme(),
                                    request.client().host(),
                                    path,
                                    target.blob() ? "blobs" : "manifests",
                                    digest)));
  }

  /** As in a URL: RFC 3986, section 3.2.2. */
  private static String hostAndPort(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[%s]:%d" : "%s:%d").formatted(host, address.getPort());
  }

  private static ObjectNode request(Event event) {
    ObjectNode node = JSON.createObjectNode();
    event
        .request()
        .ifPresent(
            request -> {
              node.put("id", UUID.randomUUID().toString())
                  .put("addr", hostAndPort(request.client().address()))
                  .put("host", request.client().host())
                  .put("method", request.method())
                  .put("useragent", request.client().userAgent());
            });
    return node;
  }
}
