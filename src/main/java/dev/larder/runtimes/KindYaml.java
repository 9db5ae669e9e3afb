package dev.larder.runtimes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A Kind cluster's configuration: a patch that has each node's containerd read {@code
 * /etc/containerd/certs.d}, and that folder from the engine's host if one is given.
 *
 * <p>The patch names no {@code version}, for kind would leave it out where a node's is another. Its
 * key is that of a configuration's version 2, which node images have, with containerd 1 and with
 * containerd 2, which translates it. A node whose configuration were of version 3 would take no
 * notice of it, and has the folder by itself. A patch with {@code registry.mirrors} can't stand
 * beside it: containerd refuses to load with both, and 2.2 with that alone.
 *
 * @see <a href="https://kind.sigs.k8s.io/docs/user/configuration/">kind, configuration</a>
 */
record KindYaml(Wiring wiring, List<String> notes) implements Recipe {
  static final String FOLDER = "/etc/containerd/certs.d";

  private static final String SKELETON =
      """
      kind: Cluster
      apiVersion: kind.x-k8s.io/v1alpha4
      """;
  private static final String PATCH =
      """
      [plugins."io.containerd.grpc.v1.cri".registry]
        config_path = "%s"
      """
          .formatted(FOLDER)
          .stripTrailing();
  private static final String PLUGIN = "io.containerd.grpc.v1.cri";
  private static final List<String> PLUGINS = List.of(PLUGIN, "io.containerd.cri.v1.images");
  private static final String PATCHES = "containerdConfigPatches";

  @Override
  public String skeleton() {
    return SKELETON;
  }

  @Override
  public String merge(String file) throws MergeException {
    YamlFile yaml = YamlFile.parse(file);
    YamlMap cluster =
        yaml.ofKind("Cluster")
            .orElseThrow(() -> new MergeException("there is no document of kind Cluster in it"));
    String version = cluster.text("apiVersion").orElse("");
    if (!version.equals("kind.x-k8s.io/v1alpha4")) {
      throw new MergeException(
          "its apiVersion is \"%s\", and kind's is kind.x-k8s.io/v1alpha4".formatted(version));
    }
    if (!isPatched(cluster)) {
      cluster.append(PATCHES, YamlMap.scalar(PATCH));
    }
    if (wiring.mount().isPresent()) {
      mount(cluster, wiring.mount().get());
    }
    return yaml.write();
  }

  /**
   * Whether a patch of the user's has set the folder.
   *
   * @throws MergeException if one has set what can't stand beside it
   */
  private static boolean isPatched(YamlMap cluster) throws MergeException {
    boolean patched = false;
    for (String patch : cluster.texts(PATCHES)) {
      JsonNode said = TomlText.parse(patch);
      for (String plugin : PLUGINS) {
        JsonNode registry = said.path("plugins").path(plugin).path("registry");
        if (registry.has("mirrors")) {
          throw mirrors(PATCHES);
        }
        Optional<String> folder =
            Optional.of(registry.path("config_path").asText()).filter(text -> !text.isEmpty());
        if (folder.isPresent() && !Arrays.asList(folder.get().split(":")).contains(FOLDER)) {
          throw new MergeException(
              "a patch in its %s sets config_path to %s; make it %s, where Larder's file goes"
                  .formatted(PATCHES, folder.get(), FOLDER));
        }
        patched |= folder.isPresent() && plugin.equals(PLUGIN) && isForVersion2(said);
      }
    }
    for (String patch : cluster.texts("containerdConfigPatchesJSON6902")) {
      if (patch.contains("/registry/mirrors")) {
        throw mirrors("containerdConfigPatchesJSON6902");
      }
    }
    return patched;
  }

  /** Whether kind applies a patch to the configuration that node images have. */
  private static boolean isForVersion2(JsonNode patch) {
    return patch.path("version").asInt(2) == 2;
  }

  private static MergeException mirrors(String where) {
    return new MergeException(
        "a patch in its %s sets registry.mirrors, with which containerd refuses to start beside"
                .formatted(where)
            + " config_path; remove that patch: Larder is the mirror of every registry then");
  }

  private static void mount(YamlMap cluster, String folder) throws MergeException {
    if (cluster.list("nodes").isEmpty()) {
      cluster.append("nodes", YamlMap.empty().put("role", "control-plane").node());
    }
    for (YamlMap node : cluster.maps("nodes")) {
      boolean there = false;
      for (YamlMap mount : node.maps("extraMounts")) {
        if (mount.text("containerPath").filter(FOLDER::equals).isPresent()) {
          String other = mount.text("hostPath").orElse("");
          if (!other.equals(folder)) {
            throw new MergeException(
                "a node has %s as %s already: remove that mount, or name that folder"
                    .formatted(other, FOLDER));
          }
          there = true;
        }
      }
      if (!there) {
        YamlMap mount = YamlMap.empty().put("hostPath", folder).put("containerPath", FOLDER);
        mount.put("readOnly", new ScalarNode(Tag.BOOL, "true", ScalarStyle.PLAIN));
        node.append("extraMounts", mount.node());
      }
    }
  }
}
