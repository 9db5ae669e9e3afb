package dev.larder.deploy;

import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.Network;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The last free IPv4 address of a network. Engines hand out the first ones: after a restart, a
 * registry that gets any could have taken a node's, and the node its cluster with it.
 */
public final class HighAddress {
  private static final int BITS = 32;

  /** Below that many addresses a network has no high ones. */
  private static final int FEWEST = 8;

  private HighAddress() {}

  /** Empty if the network has no IPv4 range, one that is too small, or no free address. */
  public static Optional<String> of(Network network) {
    Optional<Network.Subnet> subnet = network.ipv4();
    if (subnet.isEmpty()) {
      return Optional.empty();
    }
    String[] cidr = subnet.get().cidr().split("/", 2);
    long size = 1L << (BITS - Integer.parseInt(cidr[1]));
    if (size < FEWEST) {
      return Optional.empty();
    }
    Set<String> taken = new HashSet<>();
    subnet.get().gateway().ifPresent(taken::add);
    network.members().forEach(member -> member.address().ifPresent(taken::add));
    long base = number(cidr[0]) & -size;
    // The very last one is the broadcast address.
    for (long address = base + size - 2; address > base + size / 2; address--) {
      String text = text(address);
      if (!taken.contains(text)) {
        return Optional.of(text);
      }
    }
    return Optional.empty();
  }

  /**
   * Puts a container on a network, at such an address if the engine lets it.
   *
   * @param aliases further names there
   */
  public static void connect(Engine engine, String network, String container, List<String> aliases)
      throws EngineException {
    Optional<String> address =
        network.equals(Network.DEFAULT_BRIDGE)
            ? Optional.empty()
            : engine.network(network).flatMap(HighAddress::of);
    try {
      engine.connect(network, container, address, aliases);
    } catch (EngineException e) {
      if (address.isEmpty() || !isRefusal(e)) {
        throw e;
      }
      engine.connect(network, container, Optional.empty(), aliases);
    }
  }

  /** Whether the engine gives fixed addresses only in ranges that somebody has set. */
  static boolean isRefusal(EngineException e) {
    return String.valueOf(e.getMessage())
        .toLowerCase(Locale.ROOT)
        .contains("user specified ip address is supported only");
  }

  private static long number(String address) {
    return new BigInteger(1, InetAddress.ofLiteral(address).getAddress()).longValueExact();
  }

  private static String text(long address) {
    return "%d.%d.%d.%d"
        .formatted(address >> 24, address >> 16 & 0xff, address >> 8 & 0xff, address & 0xff);
  }
}
