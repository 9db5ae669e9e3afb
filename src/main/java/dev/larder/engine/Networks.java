package dev.larder.engine;

import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Network.ContainerNetworkConfig;
import com.github.dockerjava.api.model.Network.Ipam;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The networks of an engine. */
record Networks(Api api) {

  List<Network> list() throws EngineException {
    return api.ask(
        "list networks",
        client -> client.listNetworksCmd().exec().stream().map(Networks::read).toList());
  }

  Optional<Network> find(String nameOrId) throws EngineException {
    return api.find(
        "look at the network " + nameOrId,
        client -> read(client.inspectNetworkCmd().withNetworkId(nameOrId).exec()));
  }

  Network create(NetworkSpec spec) throws EngineException {
    return api.ask(
        "create the network " + spec.name(),
        client -> {
          var command =
              client
                  .createNetworkCmd()
                  .withName(spec.name())
                  .withDriver("bridge")
                  .withCheckDuplicate(true)
                  .withEnableIpv6(spec.ipv6())
                  .withOptions(spec.options())
                  .withLabels(spec.labels());
          if (!spec.subnets().isEmpty()) {
            command.withIpam(
                new Ipam().withConfig(spec.subnets().stream().map(Networks::range).toList()));
          }
          String id = command.exec().getId();
          return read(client.inspectNetworkCmd().withNetworkId(id).exec());
        });
  }

  private static Ipam.Config range(Network.Subnet subnet) {
    Ipam.Config config = new Ipam.Config().withSubnet(subnet.cidr());
    subnet.gateway().ifPresent(config::withGateway);
    subnet.range().ifPresent(config::withIpRange);
    return config;
  }

  void connect(String network, String container, Optional<String> address, List<String> aliases)
      throws EngineException {
    ContainerNetwork endpoint = new ContainerNetwork();
    if (!aliases.isEmpty()) {
      endpoint.withAliases(aliases);
    }
    address.ifPresent(
        ip -> endpoint.withIpamConfig(new ContainerNetwork.Ipam().withIpv4Address(ip)));
    api.change(
        "put the container %s on the network %s".formatted(container, network),
        client ->
            client
                .connectToNetworkCmd()
                .withNetworkId(network)
                .withContainerId(container)
                .withContainerNetwork(endpoint)
                .exec());
  }

  void disconnect(String network, String container) throws EngineException {
    // Engines answer a container that isn't on the network in several ways, and one that isn't
    // running differently from one that is: so look instead.
    Optional<Container> found = new Containers(api).find(container);
    Optional<Network> from = find(network);
    if (found.isEmpty() || from.isEmpty() || found.get().endpoint(from.get().name()).isEmpty()) {
      return;
    }
    api.change(
        "take the container %s off the network %s".formatted(container, network),
        client ->
            client
                .disconnectFromNetworkCmd()
                .withNetworkId(network)
                .withContainerId(container)
                .exec());
  }

  void remove(String name) throws EngineException {
    api.remove("remove the network " + name, client -> client.removeNetworkCmd(name).exec());
  }

  private static Network read(com.github.dockerjava.api.model.Network answer) {
    return new Network(
        answer.getId(),
        answer.getName(),
        answer.getDriver() == null ? "" : answer.getDriver(),
        subnets(answer.getIpam()),
        answer.getOptions() == null ? Map.of() : Map.copyOf(answer.getOptions()),
        answer.getLabels() == null ? Map.of() : Map.copyOf(answer.getLabels()),
        members(answer.getContainers()));
  }

  private static List<Network.Subnet> subnets(@Nullable Ipam ipam) {
    return ipam == null || ipam.getConfig() == null
        ? List.of()
        : ipam.getConfig().stream()
            .map(
                range ->
                    new Network.Subnet(
                        range.getSubnet(),
                        present(range.getGateway()),
                        present(range.getIpRange())))
            .toList();
  }

  private static List<Network.Member> members(
      @Nullable Map<String, ContainerNetworkConfig> containers) {
    return containers == null
        ? List.of()
        : containers.entrySet().stream()
            .map(
                entry ->
                    new Network.Member(
                        entry.getKey(),
                        entry.getValue().getName() == null ? "" : entry.getValue().getName(),
                        present(entry.getValue().getIpv4Address())
                            .map(address -> address.replaceFirst("/.*", ""))))
            .toList();
  }

  private static Optional<String> present(@Nullable String text) {
    return Optional.ofNullable(text).filter(value -> !value.isEmpty());
  }
}
