package dev.larder.cluster.doctor;

import dev.larder.cluster.Cluster;
import dev.larder.cluster.Node;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Whether a node's containerd asks Larder itself, and not a proxy that can't reach Larder.
 *
 * @param url where Larder is, as seen from the node
 */
record ProxyCheck(NodeShell shell, URI url) implements Check {
  /** The variables that containerd was started with, in what it itself was told by systemd too. */
  private static final String SCRIPT =
      """
      for process in /proc/[0-9]*; do
        { read -r name <"$process/comm"; } 2>/dev/null
        if [ "$name" = containerd ]; then
          tr '\\0' '\\n' <"$process/environ"
          exit
        fi
      done
      echo 'no containerd runs' >&2
      exit 1
      """;

  @Override
  public Area area() {
    return Area.PROXY;
  }

  @Override
  public String subject() {
    return shell.node().name();
  }

  @Override
  public List<Finding> run() throws CheckException, IOException {
    return judge(shell.node(), url, shell.out(SCRIPT).lines().toList());
  }

  /** Judges containerd's variables, {@code NAME=value}. */
  static List<Finding> judge(Node node, URI url, List<String> environment) {
    Optional<String> proxy = ProxyVariables.parse(environment).proxyFor(url);
    return proxy.isEmpty()
        ? List.of()
        : List.of(
            new Finding(
                Area.PROXY,
                Severity.ERROR,
                node.name(),
                ("containerd in the node asks the proxy %s for Larder: its NO_PROXY doesn't name"
                        + " %s")
                    .formatted(withoutPassword(proxy.get()), url.getHost()),
                remedy(node.kind(), url.getHost())));
  }

  private static String remedy(Cluster.Kind kind, String host) {
    return switch (kind) {
      case KIND ->
          "make the cluster anew with NO_PROXY=$NO_PROXY,%s kind create cluster".formatted(host);
      case MINIKUBE ->
          "make the cluster anew with NO_PROXY=$NO_PROXY,%s minikube start".formatted(host);
      case K3D ->
          "make the cluster anew with k3d cluster create --env NO_PROXY=…,%s@all".formatted(host);
      case CAPD ->
          ("add %s to the NO_PROXY in /etc/systemd/system/containerd.service.d of the node's"
                  + " template, and roll the machines out")
              .formatted(host);
    };
  }

  /** {@code http://user:password@host} as {@code http://host}. */
  private static String withoutPassword(String proxy) {
    return proxy.replaceFirst("^([a-z]+://)?.*@", "$1");
  }
}
