package dev.larder.runtimes;

import dev.larder.oci.RegistryName;
import java.util.List;
import java.util.Optional;

/**
 * What a runtime is to do.
 *
 * @param server where it reaches Larder
 * @param strict whether it must not go on to the registry itself where Larder has no answer
 * @param upstreams the registries to pull through Larder, for runtimes that need an entry for each
 * @param mount a folder of the engine's host that a Kind node gets as {@code
 *     /etc/containerd/certs.d}
 */
public record Wiring(
    ServerAddress server, boolean strict, List<RegistryName> upstreams, Optional<String> mount) {

  /** The registries that most images of a cluster come from. */
  public static final List<RegistryName> USUAL_UPSTREAMS =
      List.of(
          RegistryName.DOCKER_HUB,
          new RegistryName("ghcr.io"),
          new RegistryName("quay.io"),
          new RegistryName("registry.k8s.io"));

  public Wiring {
    upstreams = List.copyOf(upstreams);
  }

  /** The flags of {@code larder} that say the same, with a space before. */
  String flags(ServerAddress usual) {
    return (server.equals(usual) ? "" : " --server " + server) + (strict ? " --strict" : "");
  }
}
