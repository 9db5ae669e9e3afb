package dev.larder.cluster.doctor;

import dev.larder.cluster.Node;
import dev.larder.engine.ExecResult;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether a node finds Larder by the name under which it is to pull from it.
 *
 * @param url where Larder is, as seen from the node
 * @param right Larder's addresses; empty where they aren't known
 */
record NameCheck(NodeShell shell, URI url, Set<String> right) implements Check {
  /** All addresses, an address and more a line; 2 if there are none. */
  private static final String SCRIPT =
      """
      command -v getent >/dev/null || exit %d
      getent ahostsv4 "$1"
      """
          .formatted(NodeShell.NO_PROGRAM);

  private static final int NOT_FOUND = 2;

  @Override
  public Area area() {
    return Area.NAMES;
  }

  @Override
  public String subject() {
    return shell.node().name();
  }

  @Override
  public List<Finding> run() throws CheckException, IOException {
    String name = url.getHost();
    if (name.matches("[0-9.]+|\\[.*")) {
      return List.of();
    }
    ExecResult result = shell.run(SCRIPT, name);
    return switch (result.exitCode()) {
      case 0 ->
          judge(
              shell.node(),
              url,
              right,
              result
                  .out()
                  .lines()
                  .map(line -> line.split("\\s", 2)[0])
                  .collect(Collectors.toSet()));
      case NOT_FOUND -> judge(shell.node(), url, right, Set.of());
      case NodeShell.NO_PROGRAM ->
          throw new CheckException("%s has no getent to ask with".formatted(subject()));
      default -> throw new CheckException("getent in %s: %s".formatted(subject(), result.err()));
    };
  }

  /** Judges the addresses that the node finds. */
  static List<Finding> judge(Node node, URI url, Set<String> right, Set<String> found) {
    if (!found.isEmpty() && (right.isEmpty() || right.containsAll(found))) {
      return List.of();
    }
    String name = url.getHost();
    return List.of(
        found.isEmpty()
            ? finding(
                node,
                "the node doesn't find the name %s, so it pulls without Larder".formatted(name),
                "larder attach " + node.cluster())
            : finding(
                node,
                "the node takes %s for %s, and Larder is at %s"
                    .formatted(
                        name,
                        String.join(", ", found.stream().sorted().toList()),
                        String.join(", ", right.stream().sorted().toList())),
                "docker exec %s grep -w %s /etc/hosts shows whether a line there says so: remove it"
                    .formatted(node.name(), name)));
  }

  private static Finding finding(Node node, String what, String remedy) {
    return new Finding(Area.NAMES, Severity.ERROR, node.name(), what, remedy);
  }
}
