package dev.larder.engine;

import java.util.List;
import java.util.Map;

/**
 * A bridge network to create.
 *
 * @param name its name
 * @param ipv6 whether its containers get an IPv6 address too
 * @param subnets its ranges; the engine chooses the IPv4 one where none is given
 * @param options the driver's options
 * @param labels labels
 */
public record NetworkSpec(
    String name,
    boolean ipv6,
    List<Network.Subnet> subnets,
    Map<String, String> options,
    Map<String, String> labels) {}
