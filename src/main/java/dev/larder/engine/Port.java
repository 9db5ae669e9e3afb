package dev.larder.engine;

/**
 * A published port.
 *
 * @param inside the port in the container
 * @param protocol {@code tcp}, {@code udp} or {@code sctp}
 * @param hostAddress where the host listens; {@code 0.0.0.0} for all its addresses
 * @param hostPort the port there; 0 asks for any free one
 */
public record Port(int inside, String protocol, String hostAddress, int hostPort) {}
