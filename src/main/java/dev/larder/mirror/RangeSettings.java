package dev.larder.mirror;

/**
 * How a large blob comes by several ranges at once from an upstream that is slow on each
 * connection. What comes ahead of its turn waits in memory: {@code piece} bytes a connection, hence
 * {@code inAll} times that at most.
 *
 * @param perUpstream how many connections bring ranges from one upstream at once, at most
 * @param inAll the same for all upstreams together
 * @param piece how many bytes are asked for at once on one of them
 * @param least how many bytes of a blob must be missing to begin with it
 */
public record RangeSettings(int perUpstream, int inAll, int piece, long least) {

  /** For slow lines too: what a request costs in time is little beside a piece's own. */
  public static final RangeSettings DEFAULT = new RangeSettings(4, 6, 8 << 20, 32 << 20);
}
