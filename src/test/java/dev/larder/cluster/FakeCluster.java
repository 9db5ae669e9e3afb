package dev.larder.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.larder.engine.ExecResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A node whose kubectl has an API server with nodes and one ConfigMap; it can be kept from
 * answering. What is asked of it are the arguments that follow kubectl's global ones.
 */
final class FakeCluster implements Kubectl.Commands {
  /** Annotations by node. */
  final Map<String, Map<String, String>> nodes = new LinkedHashMap<>();

  Optional<ObjectNode> configMap = Optional.empty();

  /** What every command but the one that asks for readiness comes to, if given. */
  Optional<ExecResult> fault = Optional.empty();

  boolean ready = true;
  final List<String> changes = new ArrayList<>();

  /** The annotations of a node. */
  Map<String, String> annotations(String node) {
    return Objects.requireNonNull(nodes.get(node), node);
  }

  @Override
  public ExecResult run(List<String> command, byte[] stdin) {
    List<String> arguments =
        command.subList(command.indexOf("--request-timeout=5s") + 1, command.size());
    if (arguments.contains("/readyz")) {
      return ready ? ok("ok") : new ExecResult(1, "", "connection refused");
    }
    return fault.orElseGet(() -> answer(arguments, stdin));
  }

  private ExecResult answer(List<String> arguments, byte[] stdin) {
    return switch (arguments.getFirst() + " " + arguments.get(1)) {
      case "get configmap" -> ok(configMap.map(JsonNode::toString).orElse(""));
      case "get nodes" -> ok(nodeList().toString());
      case "create -f", "replace -f" -> {
        changes.add(arguments.getFirst());
        configMap = Optional.of(read(stdin));
        yield ok("");
      }
      case "delete configmap" -> {
        changes.add("delete");
        configMap = Optional.empty();
        yield ok("");
      }
      case "annotate --overwrite" -> {
        arguments
            .subList(4, arguments.size())
            .forEach(change -> annotate(arguments.get(3), change));
        yield ok("");
      }
      default -> throw new AssertionError("kubectl " + arguments);
    };
  }

  private void annotate(String node, String change) {
    changes.add(node + " " + change);
    if (change.endsWith("-")) {
      annotations(node).remove(change.substring(0, change.length() - 1));
    } else {
      int equals = change.indexOf('=');
      annotations(node).put(change.substring(0, equals), change.substring(equals + 1));
    }
  }

  private ObjectNode nodeList() {
    ObjectNode list = Kubectl.JSON.createObjectNode();
    ArrayNode items = list.putArray("items");
    nodes.forEach(
        (name, annotations) -> {
          ObjectNode metadata = items.addObject().putObject("metadata");
          metadata.put("name", name).set("annotations", Kubectl.JSON.valueToTree(annotations));
        });
    return list;
  }

  private static ObjectNode read(byte[] json) {
    try {
      return (ObjectNode) Kubectl.JSON.readTree(new String(json, UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ExecResult ok(String out) {
    return new ExecResult(0, out, "");
  }
}
