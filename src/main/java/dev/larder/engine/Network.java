package dev.larder.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network.
 *
 * @param id 64 hexadecimal digits
 * @param name its name; Docker allows several of one name
 * @param driver {@code bridge}, {@code host}, …
 * @param subnets its address ranges, of either family
 * @param options the driver's options
 * @param labels labels
 * @param members the running containers on it; empty where networks were listed
 */
public record Network(
    String id,
    String name,
    String driver,
    List<Subnet> subnets,
    Map<String, String> options,
    Map<String, String> labels,
    List<Member> members) {

  /** The network of containers that name none; it gives no names and takes no aliases. */
  public static final String DEFAULT_BRIDGE = "bridge";

  /**
   * A range of addresses.
   *
   * @param cidr the range, {@code 172.18.0.0/16} or {@code fc00:…::/64}
   * @param gateway the host's address in it
   * @param range the part of it that the engine hands out by itself, if not all
   */
  public record Subnet(String cidr, Optional<String> gateway, Optional<String> range) {
    /**
     * The host's address in it, if it is IPv4. Of their default network, engines don't say it
     * before a container has used it; then it is the first one.
     */
    public Optional<String> host() {
      return ipv4() ? gateway.or(this::first) : Optional.empty();
    }

    private Optional<String> first() {
      String[] bytes = cidr.replaceFirst("/.*", "").split("\\.");
      bytes[3] = Integer.toString(Integer.parseInt(bytes[3]) + 1);
      return Optional.of(String.join(".", bytes));
    }

    /** Whether its addresses are IPv4. */
    public boolean ipv4() {
      return cidr.indexOf(':') < 0;
    }
  }

  /**
   * A container on the network.
   *
   * @param id the container's id
   * @param name its name
   * @param address its IPv4 address, without the prefix's length; empty if it has none
   */
  public record Member(String id, String name, Optional<String> address) {}

  /** Its first IPv4 range. */
  public Optional<Subnet> ipv4() {
    return subnets.stream().filter(Subnet::ipv4).findFirst();
  }
}
