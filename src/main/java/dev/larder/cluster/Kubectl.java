package dev.larder.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.ExecResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The kubectl of a control-plane node, with the rights of the node's own administrator. So the
 * user's contexts don't matter, and nothing has to be installed.
 */
final class Kubectl {
  static final JsonMapper JSON = JsonMapper.builder().build();

  private static final int NO_KUBECONFIG = 111;
  private static final int NO_PROGRAM = 127;

  /** kubeadm's (kind, CAPD, minikube), k3s's and RKE2's; minikube's kubectl isn't in the PATH. */
  private static final String SCRIPT =
      """
      for config in /etc/kubernetes/admin.conf /etc/rancher/k3s/k3s.yaml /etc/rancher/rke2/rke2.yaml; do
        [ -s "$config" ] && break
      done
      [ -s "$config" ] || exit %d
      for program in kubectl /var/lib/minikube/binaries/*/kubectl /var/lib/rancher/rke2/bin/kubectl; do
        command -v "$program" >/dev/null && exec "$program" --kubeconfig "$config" "$@"
      done
      command -v k3s >/dev/null && exec k3s kubectl --kubeconfig "$config" "$@"
      exit %d
      """
          .formatted(NO_KUBECONFIG, NO_PROGRAM);

  /**
   * What the API server says while a cluster is being made: its namespaces and the administrator's
   * rights come after it. Or somebody else was faster.
   */
  private static final Pattern TEMPORARY =
      Pattern.compile(
          "Error from server \\((Forbidden|NotFound|ServiceUnavailable|Timeout|ServerTimeout"
              + "|TooManyRequests|InternalError|AlreadyExists|Conflict)\\)");

  private final String node;
  private final Commands commands;

  /** Runs a command in the node. */
  @FunctionalInterface
  interface Commands {
    ExecResult run(List<String> command, byte[] stdin) throws EngineException;
  }

  Kubectl(String node, Commands commands) {
    this.node = node;
    this.commands = commands;
  }

  /** That of {@code node}, which is to be a control-plane node. */
  static Kubectl of(Engine engine, Node node) {
    String container = node.container().id();
    return new Kubectl(
        node.container().name(), (command, stdin) -> engine.exec(container, command, stdin));
  }

  /**
   * Runs it.
   *
   * @return what it wrote
   * @throws KubectlException if it failed
   */
  String run(String... arguments) throws KubectlException, EngineException {
    return run(Optional.empty(), arguments);
  }

  /** As above, with an object at its standard input, for {@code -f -}. */
  String run(JsonNode input, String... arguments) throws KubectlException, EngineException {
    return run(Optional.of(input), arguments);
  }

  /** What it writes with {@code -o json}; empty if it writes nothing. */
  Optional<JsonNode> json(String... arguments) throws KubectlException, EngineException {
    String out = run(arguments);
    try {
      return out.isBlank() ? Optional.empty() : Optional.of(JSON.readTree(out));
    } catch (JsonProcessingException e) {
      throw new KubectlException("kubectl in %s doesn't write JSON".formatted(node), false);
    }
  }

  private String run(Optional<JsonNode> input, String... arguments)
      throws KubectlException, EngineException {
    byte[] stdin = input.map(object -> object.toString().getBytes(UTF_8)).orElse(new byte[0]);
    ExecResult result = commands.run(command(arguments), stdin);
    if (result.ok()) {
      return result.out();
    }
    throw failure(result);
  }

  private static List<String> command(String... arguments) {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", SCRIPT, "kubectl", "--request-timeout=5s"));
    command.addAll(List.of(arguments));
    return command;
  }

  private KubectlException failure(ExecResult result) throws EngineException {
    return switch (result.exitCode()) {
      case NO_KUBECONFIG ->
          new KubectlException(
              "%s has no administrator's kubeconfig yet: Kubernetes isn't set up there"
                  .formatted(node),
              true);
      case NO_PROGRAM -> new KubectlException("%s has no kubectl".formatted(node), false);
      default ->
          new KubectlException(
              "kubectl in %s: %s".formatted(node, result.err().strip()),
              TEMPORARY.matcher(result.err()).find() || !apiServerReady());
    };
  }

  private boolean apiServerReady() throws EngineException {
    return commands.run(command("get", "--raw", "/readyz"), new byte[0]).ok();
  }
}
