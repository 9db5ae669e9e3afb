package dev.larder.cluster;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * What a cluster says of its registry: the value of {@code localRegistryHosting.v1}.
 *
 * @param host where tools outside the cluster push, {@code localhost:5001}
 * @param fromClusterNetwork where tools in pods push; empty where they can't
 * @see <a
 *     href="https://github.com/kubernetes/enhancements/tree/master/keps/sig-cluster-lifecycle/generic/1755-communicating-a-local-registry">KEP-1755</a>
 */
public record Announcement(String host, Optional<String> fromClusterNetwork) {

  private static final String HOST = "host";
  private static final String FROM_CLUSTER_NETWORK = "hostFromClusterNetwork";

  /** Reads it; empty if it isn't YAML that names a host. */
  public static Optional<Announcement> parse(String yaml) {
    Object loaded;
    try {
      loaded = new Load(LoadSettings.builder().build()).loadFromString(yaml);
    } catch (YamlEngineException e) {
      return Optional.empty();
    }
    return loaded instanceof Map<?, ?> map
        ? text(map, HOST).map(host -> new Announcement(host, text(map, FROM_CLUSTER_NETWORK)))
        : Optional.empty();
  }

  private static Optional<String> text(Map<?, ?> map, String key) {
    return Optional.ofNullable(map.get(key)).map(Object::toString).filter(text -> !text.isEmpty());
  }

  /** As it stands in the ConfigMap. */
  public String yaml() {
    StringBuilder yaml = new StringBuilder(line(HOST, host));
    fromClusterNetwork.ifPresent(value -> yaml.append(line(FROM_CLUSTER_NETWORK, value)));
    return yaml.toString();
  }

  /** What JSON quotes is quoted in YAML too. */
  private static String line(String key, String value) {
    return "%s: %s\n".formatted(key, TextNode.valueOf(value));
  }
}
