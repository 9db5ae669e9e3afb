package dev.larder.runtimes;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A runtime, or what makes clusters with one, whose configuration can lead to Larder.
 *
 * <p>Where it reaches Larder by default: by the name of the container of {@code larder up} where it
 * runs in a container itself, and at the port which that one publishes where it runs on the host.
 */
public enum ContainerRuntime {
  KIND("a Kind cluster, for kind create cluster --config -", Usual.NETWORK),
  CAPD("the kubeadm bootstrap of Cluster API's machines", Usual.NETWORK),
  K3D("a k3d cluster, for k3d cluster create --config -", Usual.NETWORK),
  MINIKUBE("minikube with containerd: hosts.toml", Usual.NETWORK),
  TALOS("Talos: a document of the machine configuration", Usual.NETWORK),
  CONTAINERD("any containerd, and Docker from Engine 29 on: hosts.toml", Usual.NETWORK),
  K3S("k3s and RKE2: registries.yaml", Usual.HOST),
  MICROK8S("MicroK8s: hosts.toml", Usual.HOST),
  CRIO("CRI-O: registries.conf", Usual.HOST),
  DOCKER("Docker's engine: daemon.json, for Docker Hub alone", Usual.HOST),
  PODMAN("Podman, Buildah and skopeo: registries.conf", Usual.HOST),
  BUILDKIT("BuildKit: buildkitd.toml", Usual.NETWORK),
  RANCHER_DESKTOP("Rancher Desktop: override.yaml", Usual.HOST),
  COLIMA("Colima with Docker's engine: colima.yaml", Usual.HOST);

  /** Where Larder is. */
  private static final class Usual {
    static final String NETWORK = "larder:5000";
    static final String HOST = "localhost:5001";
  }

  private final String summary;
  private final String server;

  ContainerRuntime(String summary, String server) {
    this.summary = summary;
    this.server = server;
  }

  /** The runtime of that name, as {@link #toString()} writes it. */
  public static Optional<ContainerRuntime> parse(String name) {
    return Arrays.stream(values()).filter(runtime -> runtime.toString().equals(name)).findFirst();
  }

  /** What is configured, in a few words. */
  public String summary() {
    return summary;
  }

  /** Where it reaches Larder, if nothing else is said. */
  public ServerAddress server() {
    return ServerAddress.parse(server).orElseThrow();
  }

  /** Whether its configuration can say that. */
  public boolean has(Setting setting) {
    return switch (setting) {
      case STRICT -> this != DOCKER && this != BUILDKIT && this != COLIMA;
      case UPSTREAMS -> this == CRIO || this == PODMAN || this == BUILDKIT;
      case MOUNT -> this == KIND;
      case LISTENER -> this == DOCKER || this == COLIMA;
    };
  }

  /** What its configuration has to say. */
  public Recipe recipe(Wiring wiring) {
    List<String> notes = Notes.of(this, wiring);
    return switch (this) {
      case KIND -> new KindYaml(wiring, notes);
      case CAPD -> new CapdManifests(wiring, notes);
      case K3D -> new K3dYaml(wiring, notes);
      case TALOS -> new TalosYaml(wiring, notes);
      case MINIKUBE, CONTAINERD, MICROK8S -> new HostsToml(wiring, notes);
      case K3S -> new RegistriesYaml(wiring, notes);
      case CRIO, PODMAN -> new RegistriesConf(wiring, notes);
      case DOCKER -> new DaemonJson(wiring, notes);
      case BUILDKIT -> new BuildkitToml(wiring, notes);
      case RANCHER_DESKTOP -> new RancherDesktopYaml(wiring, notes);
      case COLIMA -> new ColimaYaml(wiring, notes);
    };
  }

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
