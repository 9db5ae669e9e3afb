package dev.larder.runtimes;

import dev.larder.oci.RegistryName;
import java.util.List;

/** What people have to do with a runtime's configuration: where it goes, what is started anew. */
final class Notes {
  private Notes() {}

  static List<String> of(ContainerRuntime runtime, Wiring wiring) {
    return text(runtime, wiring).lines().toList();
  }

  private static String text(ContainerRuntime runtime, Wiring wiring) {
    String server = wiring.server().name().value();
    return switch (runtime) {
      case KIND -> kind(wiring);
      case CAPD ->
          """
          For kubeadmConfigSpec of each KubeadmControlPlane, and spec.template.spec of each
          KubeadmConfigTemplate; larder config capd --merge FILE puts it there, FILE being what
          clusterctl generate cluster prints. New machines pull through Larder from their start on;
          those that run are told by larder attach.
          """;
      case K3D ->
          """
          k3d cluster create --config FILE (- for standard input)
          """;
      case MINIKUBE ->
          """
          Put it into ~/.minikube/files/etc/containerd/certs.d/_default/hosts.toml and, since minikube
          has a file of its own there, into .../certs.d/docker.io/hosts.toml as well. minikube start
          copies both into the machine; nothing else has to be started anew.
          For --container-runtime=docker: minikube start --registry-mirror=http://HOST:PORT, where
          Larder has a listener for Docker Hub; for cri-o: larder config crio.
          """;
      case TALOS ->
          """
          From Talos 1.12 on: talosctl cluster create ... --config-patch @FILE
          or, for a machine that runs: talosctl patch machineconfig --patch @FILE
          Larder has to be reached as %s: docker network connect NETWORK larder, for
          machines in containers; for others, --server with an address at which Larder listens.
          """
              .formatted(server);
      case CONTAINERD ->
          """
          /etc/containerd/certs.d/_default/hosts.toml: takes effect at the next pull, for every
          registry that has no folder of its own there. containerd's config_path has to be
          /etc/containerd/certs.d; that is read at its start.
          Docker's engine from 29 on, with containerd's image store: /etc/docker/certs.d/_default/
          hosts.toml, where localhost:5001 is Larder (--server localhost:5001).
          """;
      case K3S ->
          """
          /etc/rancher/k3s/registries.yaml (RKE2: /etc/rancher/rke2/registries.yaml) on each node; then
          systemctl restart k3s, or k3s-agent, rke2-server, rke2-agent.
          """
              + (wiring.strict()
                  ? """
                  For --strict, start it with %s as well.
                  """
                      .formatted(RegistriesYaml.STRICT_ARGUMENT)
                  : "");
      case MICROK8S ->
          """
          /var/snap/microk8s/current/args/certs.d/_default/hosts.toml and, since MicroK8s has a file of
          its own there, .../certs.d/docker.io/hosts.toml; then snap restart microk8s.
          """;
      case CRIO ->
          """
          /etc/containers/registries.conf.d/larder.conf on each node; then systemctl reload crio.
          """;
      case PODMAN ->
          """
          /etc/containers/registries.conf.d/larder.conf, or ~/.config/containers/registries.conf.d/
          larder.conf; takes effect at the next pull. podman machine: inside the machine.
          """;
      case BUILDKIT ->
          """
          docker buildx create --use --driver-opt network=kind --buildkitd-config FILE
          (kind: a network that Larder is on), or /etc/buildkit/buildkitd.toml for a buildkitd of the
          host (--server localhost:5001). It is read at the start: a builder is made anew.
          What a build pushes to %s/NAME is localhost:5001/NAME for clusters.
          """
              .formatted(server);
      case DOCKER -> docker(wiring, "/etc/docker/daemon.json; then systemctl reload docker.");
      case COLIMA -> docker(wiring, "colima stop; ~/.colima/default/colima.yaml; colima start.");
      case RANCHER_DESKTOP ->
          """
          ~/.local/share/rancher-desktop/lima/_config/override.yaml or, on macOS,
          ~/Library/Application Support/rancher-desktop/lima/_config/override.yaml; then start
          Rancher Desktop anew. Its dockerd takes notice from Engine 29 on. %s is as
          the machine sees it: Larder runs in it (larder up), or --server says where.
          """
              .formatted(server);
    };
  }

  private static String kind(Wiring wiring) {
    String flags = wiring.flags(ContainerRuntime.KIND.server());
    if (wiring.mount().isPresent()) {
      String folder = wiring.mount().get();
      return """
      Each node has %s of the engine's host as /etc/containerd/certs.d. It has to be there
      before the cluster is made, and leads to Larder once this is done:
        mkdir -p %s/_default
        larder config containerd%s > %s/_default/hosts.toml
      Larder has to be on the nodes' network: larder up.
      """
          .formatted(folder, folder, flags, folder);
    }
    return """
    Has containerd read /etc/containerd/certs.d, whatever the node image's version. What leads to
    Larder is a file there, which a cluster's configuration can't write. It is written
      by larder up, whose watcher does it in each node as it starts; or
      by larder attach%s, once the cluster is made; or
      by yourself, for all clusters: larder config kind --mount FOLDER.
    """
        .formatted(flags);
  }

  private static String docker(Wiring wiring, String where) {
    String hub =
        wiring.server().upstream().isPresent()
            ? "There Larder needs a listener for Docker Hub: larder serve --listen %s=%s."
                .formatted(wiring.server().name(), RegistryName.DOCKER_HUB)
            : """
            Before Engine 25 its URL can't have a path: give Larder a listener for Docker Hub, by
            larder serve --listen ADDRESS=docker.io, and say --server ADDRESS=docker.io here.\
            """;
    return """
    %s
    This is for Docker Hub alone. Other registries: by path, docker pull %s/quay.io/NAME; or
    all of them by hosts.toml, from Engine 29 on: larder config containerd.
    %s
    """
        .formatted(where, wiring.server().name(), hub);
  }
}
