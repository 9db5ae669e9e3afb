package dev.larder.engine;

import java.util.List;
import java.util.Optional;

/**
 * How a container is on a network.
 *
 * @param network the network's name
 * @param address its IPv4 address there; empty while it isn't running
 * @param gateway the network's IPv4 gateway, which is the engine's host; empty if there is none
 * @param aliases names by which others on the network reach it, beside its own
 */
public record Endpoint(
    String network, Optional<String> address, Optional<String> gateway, List<String> aliases) {}
