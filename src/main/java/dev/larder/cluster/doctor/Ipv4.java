package dev.larder.cluster.doctor;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * A block of IPv4 addresses, to reckon in.
 *
 * @param first its first address, the network's own
 * @param bits the prefix's length
 */
record Ipv4(int first, int bits) {

  /**
   * Reads {@code 172.18.0.0/16}.
   *
   * @throws IllegalArgumentException if it isn't such a block
   */
  static Ipv4 block(String cidr) {
    int slash = cidr.indexOf('/');
    return new Ipv4(
        number(slash < 0 ? cidr : cidr.substring(0, slash)),
        slash < 0 ? 32 : Integer.parseInt(cidr.substring(slash + 1)));
  }

  /** Whether that address is in it. */
  boolean contains(String address) {
    return Integer.compareUnsigned(number(address) - first, size()) < 0;
  }

  /** How many addresses lie before this one. */
  int offset(String address) {
    return number(address) - first;
  }

  private int size() {
    return bits == 0 ? -1 : 1 << (32 - bits);
  }

  private static int number(String address) {
    if (InetAddress.ofLiteral(address) instanceof Inet4Address ipv4) {
      return ByteBuffer.wrap(ipv4.getAddress()).getInt();
    }
    throw new IllegalArgumentException("not an IPv4 address: " + address);
  }
}
