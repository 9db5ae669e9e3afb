package dev.larder.cluster;

import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.ExecResult;
import java.net.URI;
import java.util.List;
import java.util.UUID;

/**
 * Has a node pull an image that Larder alone has, and that each time by a tag that was never there:
 * it arrives only if the pull really went through Larder.
 */
public final class Probe {
  /**
   * Arguments: the image, the folder of the registries. Tries again while the plugin that pulls for
   * the kubelet isn't ready, as it is not right after a start.
   */
  private static final String PULL =
      """
      image=$1 certs=$2
      if command -v crictl >/dev/null; then
        for try in 1 2 3 4 5 6 7 8 9 10; do
          said=$(timeout 60 crictl pull "$image" 2>&1) && { crictl rmi "$image" >/dev/null 2>&1; echo crictl; exit 0; }
          case $said in
            *"connect: "*|*"Unavailable"*|*"not initialized"*|*"Unimplemented"*) sleep 0.5 ;;
            *) break ;;
          esac
        done
        echo crictl
        printf '%s\\n' "$said"
        exit 1
      fi
      said=$(timeout 60 ctr --namespace k8s.io images pull --hosts-dir "$certs" "$image" 2>&1)
      code=$?
      ctr --namespace k8s.io images rm --sync "$image" >/dev/null 2>&1
      echo ctr
      [ "$code" = 0 ] || printf '%s\\n' "$said"
      exit "$code"
      """;

  private final Engine engine;
  private final String image;

  /**
   * @param image the name of Larder's image for this, without a tag
   */
  Probe(Engine engine, String image) {
    this.engine = engine;
    this.image = image;
  }

  /**
   * What came of a pull.
   *
   * @param tool what pulled: {@code crictl}, as a kubelet does; or {@code ctr} where there is no
   *     crictl, which takes no notice of the CRI plugin's configuration
   * @param arrived whether the image came
   * @param said what the tool said where it didn't
   */
  public record Result(String tool, boolean arrived, String said) {}

  /** Has a node pull; its containerd has to run. */
  Result pull(Node node, String certs) throws EngineException {
    ExecResult result =
        engine.exec(
            node.container().id(),
            List.of("sh", "-c", PULL, "larder", image + ":" + UUID.randomUUID(), certs));
    List<String> lines = result.out().strip().lines().toList();
    return new Result(
        lines.isEmpty() ? "sh" : lines.getFirst(),
        result.ok(),
        String.join(" ", lines.stream().skip(1).toList()) + result.err().strip());
  }

  /** What a person should know of a pull that didn't work. */
  static Finding finding(Node node, URI larder, Result result) {
    boolean proxied =
        node.container().variable("HTTP_PROXY").isPresent()
            || node.container().variable("http_proxy").isPresent();
    return Finding.problem(
        "a pull in %s (by %s) didn't come through %s: %s"
            .formatted(node.name(), result.tool(), larder, result.said()),
        proxied
            ? "the node has an HTTP_PROXY: create the cluster with NO_PROXY=$NO_PROXY,%s"
                .formatted(larder.getAuthority().replaceFirst(":[0-9]+$", ""))
            : "larder doctor " + node.cluster());
  }
}
