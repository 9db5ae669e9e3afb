package dev.larder.cluster.doctor;

import dev.larder.cluster.Cluster;
import dev.larder.cluster.KubectlException;
import dev.larder.cluster.LocalRegistryHosting;
import dev.larder.cluster.LocalRegistryHosting.Current;
import dev.larder.cluster.Node;
import dev.larder.engine.Engine;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Whether what a cluster says of its registry is true.
 *
 * @param larder where Larder is for tools of this machine, if it is anywhere
 */
record HostingCheck(Engine engine, Cluster cluster, Optional<String> larder) implements Check {
  @Override
  public Area area() {
    return Area.CONFIG_MAP;
  }

  @Override
  public String subject() {
    return cluster.name();
  }

  @Override
  public List<Finding> run() throws CheckException, IOException {
    Node controlPlane =
        cluster.nodes().stream()
            .filter(node -> node.role() == Node.Role.CONTROL_PLANE && node.running())
            .findFirst()
            .orElseThrow(() -> new CheckException("no control-plane node is running"));
    Optional<Current> current;
    try {
      current = LocalRegistryHosting.read(engine, controlPlane);
    } catch (KubectlException e) {
      throw new CheckException(String.valueOf(e.getMessage()));
    }
    return current.isEmpty()
        ? List.of()
        : judge(cluster, larder, current.get(), answers(current.get().host()), controlPlane.name());
  }

  private static boolean answers(String host) {
    try {
      return !host.isEmpty() && RegistryProbe.ask(host).status() > 0;
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Judges it.
   *
   * @param answers whether somebody answers there
   * @param controlPlane the node that has said it
   */
  static List<Finding> judge(
      Cluster cluster,
      Optional<String> larder,
      Current current,
      boolean answers,
      String controlPlane) {
    String host = current.host();
    if (larder.isPresent() && plain(host).equals(plain(larder.get()))) {
      return List.of();
    }
    if (current.ours()) {
      return List.of(
          finding(
              cluster,
              Severity.ERROR,
              "its ConfigMap local-registry-hosting says %s, and Larder isn't there any more"
                  .formatted(host),
              "larder attach " + cluster.name()));
    }
    if (answers || !(host.isEmpty() || isLoopback(host))) {
      return List.of(
          finding(
              cluster,
              Severity.NOTE,
              ("its ConfigMap local-registry-hosting says that its registry is %s: Tilt and"
                      + " Skaffold push there, not to Larder")
                  .formatted(host),
              "nothing, if that is as it should be; else " + remove(cluster, controlPlane)));
    }
    return List.of(
        finding(
            cluster,
            Severity.ERROR,
            ("its ConfigMap local-registry-hosting says %s, where nobody answers: Tilt and Skaffold"
                    + " push there")
                .formatted(host.isEmpty() ? "nothing that can be read" : host),
            remove(cluster, controlPlane)));
  }

  private static String remove(Cluster cluster, String controlPlane) {
    String kubectl =
        switch (cluster.kind()) {
          case KIND -> "kubectl --context kind-" + cluster.name();
          case K3D -> "kubectl --context k3d-" + cluster.name();
          case MINIKUBE -> "kubectl --context " + cluster.name();
          case CAPD ->
              "docker exec %s kubectl --kubeconfig /etc/kubernetes/admin.conf"
                  .formatted(controlPlane);
        };
    return "%s -n kube-public delete configmap local-registry-hosting && larder attach %s"
        .formatted(kubectl, cluster.name());
  }

  /** Tools take these for the same. */
  private static String plain(String host) {
    return host.replaceFirst("^(127\\.0\\.0\\.1|\\[::1]):", "localhost:");
  }

  private static boolean isLoopback(String host) {
    return host.startsWith("localhost:") || host.startsWith("127.") || host.startsWith("[::1]:");
  }

  private static Finding finding(Cluster cluster, Severity severity, String what, String remedy) {
    return new Finding(Area.CONFIG_MAP, severity, cluster.name(), what, remedy);
  }
}
