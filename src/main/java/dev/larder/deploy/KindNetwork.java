package dev.larder.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.Network;
import dev.larder.engine.NetworkSpec;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The network of kind's clusters, made as kind makes it, so that kind takes it as its own. One
 * thing is added: the IPv4 range that the engine has chosen is set, since before Docker 29.1 a
 * container can have a fixed address in such a range only.
 *
 * @see <a
 *     href="https://github.com/kubernetes-sigs/kind/blob/main/pkg/cluster/internal/providers/docker/network.go">kind's
 *     own</a>
 */
public final class KindNetwork {
  private static final String DEFAULT_NAME = "kind";
  private static final String MTU = "com.docker.network.driver.mtu";
  private static final String MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade";
  private static final int ATTEMPTS = 5;

  private KindNetwork() {}

  /** The name that kind would use. */
  public static String name(Engine engine, Map<String, String> environment) {
    String variable =
        engine.podman() ? "KIND_EXPERIMENTAL_PODMAN_NETWORK" : "KIND_EXPERIMENTAL_DOCKER_NETWORK";
    String name = environment.getOrDefault(variable, "");
    return name.isEmpty() ? DEFAULT_NAME : name;
  }

  /** Makes it, if nobody does so first. */
  static Network make(Engine engine, String name) throws EngineException {
    Map<String, String> options = engine.podman() ? Map.of() : options(engine);
    Network made = makeWithIpv6(engine, name, options);
    Optional<Network.Subnet> chosen = made.ipv4();
    if (engine.podman() || chosen.isEmpty() || !made.members().isEmpty()) {
      return made;
    }
    engine.removeNetwork(made.id());
    boolean ipv6 = made.subnets().stream().anyMatch(subnet -> !subnet.ipv4());
    return create(engine, new NetworkSpec(name, ipv6, made.subnets(), options, labels()));
  }

  private static Map<String, String> options(Engine engine) throws EngineException {
    Optional<String> mtu =
        engine.network(Network.DEFAULT_BRIDGE).map(bridge -> bridge.options().get(MTU));
    return mtu.map(size -> Map.of(MASQUERADE, "true", MTU, size))
        .orElse(Map.of(MASQUERADE, "true"));
  }

  private static Network makeWithIpv6(Engine engine, String name, Map<String, String> options)
      throws EngineException {
    List<EngineException> overlaps = new ArrayList<>();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      var subnet =
          new Network.Subnet(uniqueLocal(name, attempt), Optional.empty(), Optional.empty());
      try {
        return create(engine, new NetworkSpec(name, true, List.of(subnet), options, labels()));
      } catch (EngineException e) {
        String reason = String.valueOf(e.getMessage());
        if (reason.contains("Cannot read IPv6 setup for bridge")) {
          return create(engine, new NetworkSpec(name, false, List.of(), options, labels()));
        }
        if (!reason.contains("overlap")) {
          throw e;
        }
        overlaps.add(e);
      }
    }
    throw overlaps.getLast();
  }

  /** Whoever is first makes it; kind may be starting a cluster right now. */
  private static Network create(Engine engine, NetworkSpec spec) throws EngineException {
    try {
      return engine.createNetwork(spec);
    } catch (EngineException e) {
      if (String.valueOf(e.getMessage()).contains("already exists")) {
        Optional<Network> theirs = engine.network(spec.name());
        if (theirs.isPresent()) {
          return theirs.get();
        }
      }
      throw e;
    }
  }

  private static Map<String, String> labels() {
    return Map.of(Deployment.ROLE, Deployment.NETWORK);
  }

  /** The IPv6 range that kind derives from a network's name, at its {@code attempt}-th try. */
  static String uniqueLocal(String name, int attempt) {
    byte[] hash;
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      sha1.update(name.getBytes(UTF_8));
      sha1.update(
          ByteBuffer.allocate(Integer.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(attempt)
              .array());
      hash = sha1.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    byte[] address = new byte[16];
    address[0] = (byte) 0xfc;
    System.arraycopy(hash, 2, address, 2, 6);
    try {
      // Java writes all eight groups; the four of the host are zeros.
      String text = InetAddress.getByAddress(address).getHostAddress();
      return text.replaceFirst("(:0){4}$", "::") + "/64";
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
