package dev.larder.upstream;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses anybody on the internet could reach, and hence tell us to reach.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IANA, special-purpose
 *     addresses of IPv4</a>
 * @see <a href="https://www.iana.org/assignments/iana-ipv6-special-registry">IANA, special-purpose
 *     addresses of IPv6</a>
 */
final class PublicAddresses {
  private static final List<AddressBlock> NOT_PUBLIC_IPV4 =
      blocks(
          "0.0.0.0/8", // this network, and the unspecified address
          "10.0.0.0/8", // private
          "100.64.0.0/10", // carrier-grade NAT
          "127.0.0.0/8", // loopback
          "169.254.0.0/16", // link-local, and the clouds' metadata services
          "172.16.0.0/12", // private
          "192.0.0.0/24", // protocol assignments
          "192.0.2.0/24", // documentation
          "192.88.99.0/24", // 6to4 relays, withdrawn
          "192.168.0.0/16", // private
          "198.18.0.0/15", // benchmarks
          "198.51.100.0/24", // documentation
          "203.0.113.0/24", // documentation
          "224.0.0.0/4", // multicast
          "240.0.0.0/4"); // reserved, and broadcast

  private static final AddressBlock GLOBAL_UNICAST_IPV6 = AddressBlock.of("2000::/3");

  private static final List<AddressBlock> NOT_PUBLIC_IPV6 =
      blocks(
          "2001::/23", // protocol assignments, Teredo among them
          "2001:db8::/32", // documentation
          "2002::/16", // 6to4, withdrawn; it holds an IPv4 address
          "3fff::/20"); // documentation

  /** Where networks without IPv4 find all of it: the last four bytes are the IPv4 address. */
  private static final AddressBlock NAT64 = AddressBlock.of("64:ff9b::/96");

  private static final AddressBlock IPV4_MAPPED = new AddressBlock(mappedPrefix(), 96);

  private PublicAddresses() {}

  /** Whether {@code address} is public; an IPv6 form of an IPv4 address is what that one is. */
  static boolean contain(InetAddress address) {
    if (address instanceof Inet4Address) {
      return NOT_PUBLIC_IPV4.stream().noneMatch(block -> block.contains(address));
    }
    if (NAT64.contains(address) || IPV4_MAPPED.contains(address)) {
      return contain(lastFourBytes(address));
    }
    return GLOBAL_UNICAST_IPV6.contains(address)
        && NOT_PUBLIC_IPV6.stream().noneMatch(block -> block.contains(address));
  }

  private static InetAddress lastFourBytes(InetAddress address) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(address.getAddress(), 12, 16));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  /** {@code ::ffff:0:0}, which as text would be read as an IPv4 address. */
  private static byte[] mappedPrefix() {
    byte[] prefix = new byte[16];
    prefix[10] = (byte) 0xff;
    prefix[11] = (byte) 0xff;
    return prefix;
  }

  private static List<AddressBlock> blocks(String... blocks) {
    return Stream.of(blocks).map(AddressBlock::of).toList();
  }
}
