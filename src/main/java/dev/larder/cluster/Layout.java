package dev.larder.cluster;

/**
 * Where a node keeps what concerns its containerd.
 *
 * @param configuration containerd's configuration file
 * @param certs the folder of the registries' {@code hosts.toml} where the configuration names none
 * @param generated whether the configuration is written anew at each start of the node, so that it
 *     can't be changed there
 */
record Layout(String configuration, String certs, boolean generated) {
  private static final Layout USUAL =
      new Layout("/etc/containerd/config.toml", "/etc/containerd/certs.d", false);
  private static final Layout K3S =
      new Layout(
          "/var/lib/rancher/k3s/agent/etc/containerd/config.toml",
          "/var/lib/rancher/k3s/agent/etc/containerd/certs.d",
          true);

  /** Docker's own; containerd 2.2 and later look there by default too. */
  static final String DOCKER_CERTS = "/etc/docker/certs.d";

  static Layout of(Cluster.Kind kind) {
    return switch (kind) {
      case KIND, CAPD, MINIKUBE -> USUAL;
      case K3D -> K3S;
    };
  }
}
