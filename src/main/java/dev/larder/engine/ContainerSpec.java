package dev.larder.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container to create.
 *
 * @param name its name
 * @param image the image's name or id
 * @param command what to run, after the image's entry point; empty for the image's own command
 * @param user who runs it, {@code uid[:gid]}; empty for the image's own user
 * @param environment variables, {@code NAME=value}
 * @param labels labels
 * @param mounts volumes and folders
 * @param ports ports to publish
 * @param securityOptions {@code label=disable} and such
 * @param healthCheck whether the image's health check is made
 * @param restart what to do when it ends
 * @param network the network that it is on from the start
 * @param address its IPv4 address there; empty for one that the engine chooses
 * @param aliases further names there; only on networks that aren't the engine's default
 */
public record ContainerSpec(
    String name,
    String image,
    List<String> command,
    Optional<String> user,
    List<String> environment,
    Map<String, String> labels,
    List<Mount> mounts,
    List<Port> ports,
    List<String> securityOptions,
    boolean healthCheck,
    RestartPolicy restart,
    String network,
    Optional<String> address,
    List<String> aliases) {

  /** The same at this address. */
  public ContainerSpec at(Optional<String> fixed) {
    return new ContainerSpec(
        name,
        image,
        command,
        user,
        environment,
        labels,
        mounts,
        ports,
        securityOptions,
        healthCheck,
        restart,
        network,
        fixed,
        aliases);
  }

  /** The same with these labels. */
  public ContainerSpec labelled(Map<String, String> others) {
    return new ContainerSpec(
        name,
        image,
        command,
        user,
        environment,
        others,
        mounts,
        ports,
        securityOptions,
        healthCheck,
        restart,
        network,
        address,
        aliases);
  }
}
