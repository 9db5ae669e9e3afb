package dev.larder.runtimes;

import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A {@code registries.yaml} of k3s and RKE2, from which these write containerd's {@code
 * hosts.toml}. The entry {@code *} is for every registry that has none of its own.
 *
 * @see <a href="https://docs.k3s.io/installation/private-registry">k3s, private registries</a>
 */
record RegistriesYaml(Wiring wiring, List<String> notes) implements Recipe {
  static final String EVERY = "*";

  /** What has to stand among k3s's own arguments for {@code --strict}. */
  static final String STRICT_ARGUMENT = "--disable-default-registry-endpoint";

  static String merge(Wiring wiring, String file) throws MergeException {
    YamlFile yaml = YamlFile.parse(file);
    YamlMap mirrors = yaml.only().mapOrNew("mirrors");
    mirrors.mapOrNew(EVERY);
    for (String registry : mirrors.keys()) {
      YamlMap mirror = mirrors.mapOrNew(registry);
      lead(registry, mirror, "endpoint", wiring.server().url());
    }
    return yaml.write();
  }

  /**
   * Puts Larder before the other endpoints of a registry's entry.
   *
   * @throws MergeException if the entry rewrites names, for it would do so for Larder too
   */
  static void lead(String registry, YamlMap mirror, String key, String url) throws MergeException {
    if (mirror.texts(key).contains(url)) {
      return;
    }
    if (mirror.map("rewrite").isPresent()) {
      throw new MergeException(
          "the entry for %s rewrites names, and would do so for Larder too: remove its \"rewrite\","
                  .formatted(registry)
              + " or the entry");
    }
    Node endpoint = YamlMap.scalar(url);
    mirror.prepend(key, endpoint);
  }

  @Override
  public String merge(String file) throws MergeException {
    return merge(wiring, file);
  }
}
