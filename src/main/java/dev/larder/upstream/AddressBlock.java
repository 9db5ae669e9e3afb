package dev.larder.upstream;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/**
 * The addresses that begin with the same bits: {@code 10.0.0.0/8}.
 *
 * @param prefix the bytes of the block's first address, 4 or 16
 * @param bits how many of them count
 */
record AddressBlock(byte[] prefix, int bits) {

  /** Reads {@code address/bits}; empty if {@code text} isn't that. */
  static Optional<AddressBlock> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    try {
      byte[] prefix = InetAddress.ofLiteral(text.substring(0, slash)).getAddress();
      int bits = Integer.parseInt(text.substring(slash + 1));
      return bits < 0 || bits > prefix.length * 8
          ? Optional.empty()
          : Optional.of(new AddressBlock(prefix, bits));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static AddressBlock of(String text) {
    return parse(text).orElseThrow(() -> new IllegalArgumentException("not a block: " + text));
  }

  boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    int whole = bits / 8;
    if (bytes.length != prefix.length || !Arrays.equals(prefix, 0, whole, bytes, 0, whole)) {
      return false;
    }
    int rest = bits % 8;
    return rest == 0 || ((prefix[whole] ^ bytes[whole]) & 0xff) >> (8 - rest) == 0;
  }
}
