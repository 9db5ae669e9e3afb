package dev.larder.cluster;

import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.ExecResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Does in a node what a {@link Plan} says. */
final class NodeWriter {
  /** Keeps a file's owner and mode, and a link to it. */
  private static final String WRITE =
      """
      set -e
      umask 022
      file=$1
      mkdir -p "${file%/*}"
      ! [ -e "$file" ] || file=$(readlink -f "$file")
      trap 'rm -f "$file.larder.$$"' EXIT
      ! [ -e "$file" ] || cp -p "$file" "$file.larder.$$"
      cat >"$file.larder.$$"
      mv -f "$file.larder.$$" "$file"
      """;

  /** Arguments: the file, and folders, the inner before the outer; those with other files stay. */
  private static final String REMOVE =
      """
      rm -f "$1" || exit 1
      shift
      for folder in "$@"; do
        rmdir "$folder" 2>/dev/null || break
      done
      """;

  private static final int NO_SYSTEMD = 3;

  /** One that starts from now on reads its configuration as it is now. */
  private static final String RESTART =
      """
      for process in /proc/[0-9]*; do
        { read -r name <"$process/comm"; } 2>/dev/null || continue
        [ "$name" = containerd ] || continue
        read -r init </proc/1/comm
        [ "$init" = systemd ] || exit %d
        exec systemctl restart containerd
      done
      """
          .formatted(NO_SYSTEMD);

  private final Engine engine;

  NodeWriter(Engine engine) {
    this.engine = engine;
  }

  /**
   * Does one step.
   *
   * @return what stood in its way
   * @throws EngineException if nothing can be run in the node
   */
  Optional<Finding> carryOut(Node node, Step step) throws EngineException {
    ExecResult result =
        switch (step) {
          case Step.WriteFile(String path, String content, _) ->
              engine.exec(
                  node.container().id(),
                  List.of("sh", "-c", WRITE, "larder", path),
                  content.getBytes(StandardCharsets.UTF_8));
          case Step.RemoveFile(String path, List<String> folders, _) -> {
            List<String> command = new ArrayList<>(List.of("sh", "-c", REMOVE, "larder", path));
            command.addAll(folders.reversed());
            yield engine.exec(node.container().id(), command);
          }
          case Step.RestartContainerd _ ->
              engine.exec(node.container().id(), List.of("sh", "-c", RESTART, "larder"));
        };
    if (result.ok()) {
      return Optional.empty();
    }
    if (step instanceof Step.RestartContainerd && result.exitCode() == NO_SYSTEMD) {
      return Optional.of(
          Finding.problem(
              "containerd in %s started before its configuration was changed"
                  .formatted(node.name()),
              "docker restart %s, and attach again".formatted(node.name())));
    }
    return Optional.of(
        Finding.problem(
            "couldn't %s in %s: %s"
                .formatted(step.text(), node.name(), (result.err() + result.out()).strip()),
            "see that the node is well and its file system can be written, and try again"));
  }
}
