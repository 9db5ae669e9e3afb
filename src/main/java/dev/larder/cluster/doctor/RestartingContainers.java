package dev.larder.cluster.doctor;

import dev.larder.deploy.Deployment;
import dev.larder.deploy.HighAddress;
import dev.larder.engine.Container;
import dev.larder.engine.Engine;
import dev.larder.engine.Network;
import dev.larder.engine.Network.Subnet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a container that starts with the engine has a low address in the nodes' network. The
 * engine gives out the low ones in the order in which containers start, so after its own restart
 * such a container may take the address that a node had before, and the node's cluster breaks.
 *
 * @param network a network that nodes are on
 * @param nodes the names of all nodes
 */
record RestartingContainers(Engine engine, String network, Set<String> nodes) implements Check {
  /** More containers than these are hardly on one network at a time. */
  private static final int LOW = 64;

  @Override
  public Area area() {
    return Area.LOW_ADDRESSES;
  }

  @Override
  public String subject() {
    return network;
  }

  @Override
  public List<Finding> run() throws CheckException, IOException {
    Network found =
        engine
            .network(network)
            .orElseThrow(() -> new CheckException("there is no network " + network));
    List<Container> members = new ArrayList<>();
    for (Network.Member member : found.members()) {
      if (!nodes.contains(member.name())) {
        engine.container(member.id()).ifPresent(members::add);
      }
    }
    return judge(found, members, Tool.of(engine));
  }

  static List<Finding> judge(Network network, List<Container> others, Tool tool) {
    Optional<Subnet> subnet = network.ipv4();
    if (subnet.isEmpty()) {
      return List.of();
    }
    List<Finding> findings = new ArrayList<>();
    for (Container container : others) {
      Optional<String> address =
          container.endpoint(network.name()).flatMap(dev.larder.engine.Endpoint::address);
      if (startsWithTheEngine(container)
          && address.isPresent()
          && isLow(subnet.get(), address.get())) {
        findings.add(finding(network, container, address.get(), tool));
      }
    }
    return findings;
  }

  private static boolean startsWithTheEngine(Container container) {
    return switch (container.restart()) {
      case ALWAYS, UNLESS_STOPPED -> true;
      case NO, ON_FAILURE -> false;
    };
  }

  /** Whether the engine may have chosen the address, and so may choose it for another. */
  private static boolean isLow(Subnet subnet, String address) {
    return subnet
        .range()
        .map(range -> Ipv4.block(range).contains(address))
        .orElseGet(() -> Ipv4.block(subnet.cidr()).offset(address) <= LOW);
  }

  private static Finding finding(Network network, Container container, String address, Tool tool) {
    boolean larder = container.labels().containsKey(Deployment.ROLE);
    return new Finding(
        Area.LOW_ADDRESSES,
        Severity.WARNING,
        container.name(),
        ("it starts with the engine and has the low address %s on the network %s: after a restart"
                + " of the engine it may have that of a node, whose cluster then breaks")
            .formatted(address, network.name()),
        (larder
                ? "larder up"
                : HighAddress.of(network)
                    .map(high -> tool.move(network.name(), container.name(), high))
                    .orElse("put it on another network"))
            + tool.caveat(network.name()));
  }

  /**
   * The engine's command line.
   *
   * @param fixesAny whether it gives a container the address that is asked for also where it has
   *     chosen the network's range by itself
   */
  record Tool(String name, boolean fixesAny) {
    static Tool of(Engine engine) {
      return engine.podman()
          ? new Tool("podman", true)
          : new Tool("docker", engine.version().atLeast(29, 1));
    }

    private String move(String network, String container, String address) {
      return "%1$s network disconnect %2$s %3$s && %1$s network connect --ip %4$s %2$s %3$s"
          .formatted(name, network, container, address);
    }

    private String caveat(String network) {
      return fixesAny
          ? ""
          : ("; if Docker refuses the address, as it does before 29.1 where it chose the network's"
                  + " range itself: delete the clusters, docker network rm %s, larder up")
              .formatted(network);
    }
  }
}
