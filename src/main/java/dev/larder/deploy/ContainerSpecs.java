package dev.larder.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.engine.ContainerSpec;
import dev.larder.engine.Mount;
import dev.larder.engine.Port;
import dev.larder.engine.RestartPolicy;
import dev.larder.oci.Digest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Larder's containers as they are to be created. */
final class ContainerSpecs {
  /** Where the configuration is in the container, without the first slash. */
  static final String CONFIGURATION_FOLDER = "etc/larder/";

  /** The label with the digest of all that a container was created with. */
  static final String SETTINGS = "dev.larder.settings";

  static final String NO_NETWORK = "none";

  private static final String VERSION = "dev.larder.version";
  private static final String ENGINE_SOCKET = "/var/run/docker.sock";
  private static final String ROOT = "0";

  private ContainerSpecs() {}

  /**
   * The container that serves.
   *
   * @param image the image's id
   * @param aliases its names on the network, beside its own
   */
  static ContainerSpec registry(Settings settings, String image, List<String> aliases) {
    Map<String, String> labels = labels(settings, Deployment.REGISTRY);
    // ctlptl and k3d know a registry by these.
    labels.put("dev.tilt.ctlptl.role", "registry");
    labels.put("app", "k3d");
    labels.put("k3d.role", "registry");
    List<String> environment =
        new ArrayList<>(
            List.of(
                "LARDER_DATA=" + Storage.TARGET,
                "LARDER_LISTEN=:" + Deployment.PORT,
                "LARDER_NAMES=" + String.join(",", names(settings, aliases))));
    environment.add(
        settings
            .configurationFile()
            .map(file -> "LARDER_CONFIG=" + file)
            .orElse("LARDER_OVERLAYS=true")); // a file says itself whether it wants them
    return sealed(
        new ContainerSpec(
            settings.name(),
            settings.image(),
            List.of("serve"),
            settings.storage().user(),
            environment,
            labels,
            List.of(settings.storage().mount()),
            List.of(new Port(Deployment.PORT, "tcp", "127.0.0.1", settings.port())),
            List.of(),
            true,
            RestartPolicy.UNLESS_STOPPED,
            settings.network(),
            Optional.empty(),
            aliases),
        image,
        settings.configuration());
  }

  /**
   * The names by which clients know it, beside localhost; what they call so is here, and not an
   * upstream's.
   */
  private static Set<String> names(Settings settings, List<String> aliases) {
    Set<String> names = new LinkedHashSet<>();
    names.add(settings.name() + ":" + Deployment.PORT);
    aliases.forEach(alias -> names.add(alias + ":" + Deployment.PORT));
    return names;
  }

  /**
   * The container that wires new nodes. It works through the engine alone, for which it needs root
   * and the socket, and is on no network: nobody reaches it, and it takes no address from a node.
   */
  static ContainerSpec watcher(Settings settings, String image) {
    return sealed(
        new ContainerSpec(
            settings.watcher(),
            settings.image(),
            List.of("attach", "--watch"),
            Optional.of(ROOT),
            List.of("DOCKER_HOST=unix://" + ENGINE_SOCKET),
            labels(settings, Deployment.WATCHER),
            List.of(new Mount(Mount.Kind.FOLDER, settings.socket(), ENGINE_SOCKET, false)),
            List.of(),
            List.of("label=disable"), // where SELinux would keep it from the socket
            false, // the image's looks for what serves
            RestartPolicy.UNLESS_STOPPED,
            NO_NETWORK,
            Optional.empty(),
            List.of()),
        image,
        Map.of());
  }

  private static Map<String, String> labels(Settings settings, String role) {
    Map<String, String> labels = new TreeMap<>();
    labels.put(Deployment.ROLE, role);
    labels.put(VERSION, settings.version());
    return labels;
  }

  /** The same with a label by which a change of anything in it is seen. */
  private static ContainerSpec sealed(ContainerSpec spec, String image, Map<String, byte[]> files) {
    StringBuilder all = new StringBuilder(spec.toString()).append(image);
    new TreeMap<>(files)
        .forEach((name, content) -> all.append(name).append(Digest.sha256(content)));
    Map<String, String> labels = new TreeMap<>(spec.labels());
    labels.put(SETTINGS, Digest.sha256(all.toString().getBytes(UTF_8)).hex());
    return spec.labelled(labels);
  }
}
