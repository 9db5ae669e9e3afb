package dev.larder.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.engine.Network;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HighAddressTest {
  @Test
  void itIsTheLastBeforeTheBroadcastAddress() {
    assertThat(HighAddress.of(network("172.18.0.0/16"))).contains("172.18.255.254");
    assertThat(HighAddress.of(network("10.89.0.0/24"))).contains("10.89.0.254");
    assertThat(HighAddress.of(network("192.168.49.0/24"))).contains("192.168.49.254");
  }

  @Test
  void whatSomebodyHasIsLeftOut() {
    assertThat(HighAddress.of(network("172.18.0.0/16", "172.18.255.254", "172.18.255.253")))
        .contains("172.18.255.252");
  }

  @Test
  void theGatewayMayBeTheLast() {
    Network network =
        network(
            new Network.Subnet("172.18.0.0/16", Optional.of("172.18.255.254"), Optional.empty()));

    assertThat(HighAddress.of(network)).contains("172.18.255.253");
  }

  @Test
  void aRangeMayBeWrittenByAnyOfItsAddresses() {
    assertThat(HighAddress.of(network("172.18.3.4/16"))).contains("172.18.255.254");
  }

  @Test
  void aNetworkWithoutOneHasNone() {
    assertThat(HighAddress.of(network("172.18.0.0/30"))).isEmpty();
    assertThat(HighAddress.of(network("fc00::/64"))).isEmpty();
    assertThat(
            HighAddress.of(network("10.0.0.0/29", "10.0.0.5", "10.0.0.6", "10.0.0.4", "10.0.0.3")))
        .isEmpty();
  }

  private static Network network(String cidr, String... taken) {
    Network network = network(new Network.Subnet(cidr, Optional.empty(), Optional.empty()));
    List<Network.Member> members =
        Arrays.stream(taken)
            .map(address -> new Network.Member(address, "c", Optional.of(address)))
            .toList();
    return new Network(
        network.id(), "kind", "bridge", network.subnets(), Map.of(), Map.of(), members);
  }

  private static Network network(Network.Subnet subnet) {
    return new Network("id", "kind", "bridge", List.of(subnet), Map.of(), Map.of(), List.of());
  }
}
