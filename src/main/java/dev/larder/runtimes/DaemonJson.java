package dev.larder.runtimes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.oci.RegistryName;
import java.util.List;

/**
 * A {@code daemon.json} of Docker's engine. Its {@code registry-mirrors} are for Docker Hub alone
 * and say nothing else; so the URL says it by its path, unless Larder's listener stands for Docker
 * Hub.
 *
 * @see <a
 *     href="https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file">dockerd</a>
 */
record DaemonJson(Wiring wiring, List<String> notes) implements Recipe {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ObjectWriter WRITER =
      MAPPER.writer(
          new DefaultPrettyPrinter(
                  Separators.createDefaultInstance()
                      .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
              .withObjectIndenter(new DefaultIndenter("  ", "\n"))
              .withArrayIndenter(new DefaultIndenter("  ", "\n")));

  /** The URL that is a mirror of Docker Hub. */
  static String mirror(ServerAddress server) {
    return server.url() + (server.upstream().isPresent() ? "" : "/" + RegistryName.DOCKER_HUB);
  }

  /** The registries that the engine has to be told to speak plain http to. */
  static List<String> insecure(ServerAddress server) {
    return server.tls() || server.isLoopback() ? List.of() : List.of(server.name().value());
  }

  @Override
  public String merge(String file) throws MergeException {
    JsonNode said;
    try {
      said = file.isBlank() ? MAPPER.createObjectNode() : MAPPER.readTree(file);
    } catch (JsonProcessingException e) {
      throw new MergeException("this is not JSON: " + e.getOriginalMessage());
    }
    if (!(said instanceof ObjectNode object)) {
      throw new MergeException("expected an object of JSON");
    }
    for (String key : List.of("registry-mirrors", "insecure-registries")) {
      if (object.has(key) && !object.path(key).isArray()) {
        throw new MergeException("\"%s\" is a list".formatted(key));
      }
    }
    return write(add(object));
  }

  @Override
  public boolean hasComments() {
    return false;
  }

  private ObjectNode add(ObjectNode object) {
    // The engine asks them in their order.
    ArrayNode mirrors = object.withArray("registry-mirrors");
    String mirror = mirror(wiring.server());
    if (mirrors.valueStream().noneMatch(there -> same(there.asText(), mirror))) {
      mirrors.insert(0, mirror);
    }
    for (String registry : insecure(wiring.server())) {
      ArrayNode there = object.withArray("insecure-registries");
      if (there.valueStream().noneMatch(one -> one.asText().equals(registry))) {
        there.add(registry);
      }
    }
    return object;
  }

  private static boolean same(String there, String mirror) {
    return there.equals(mirror) || there.equals(mirror + "/");
  }

  private static String write(ObjectNode object) {
    try {
      return WRITER.writeValueAsString(object) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that was just made", e);
    }
  }
}
