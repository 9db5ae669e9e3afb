package dev.larder.runtimes;

import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Manifests of Cluster API whose machines kubeadm makes: each writes {@code hosts.toml} before
 * kubeadm runs, and gives containerd its folder where it has none. Alone, it is what stands in a
 * {@code kubeadmConfigSpec}.
 *
 * @see <a href="https://cluster-api.sigs.k8s.io/tasks/bootstrap/kubeadm-bootstrap/">Cluster API,
 *     kubeadm's bootstrap</a>
 */
record CapdManifests(Wiring wiring, List<String> notes) implements Recipe {
  private static final String HOSTS_TOML = "/etc/containerd/certs.d/_default/hosts.toml";

  /**
   * Leaves a containerd alone that has a folder, or any section of registries, which would be there
   * twice. A line of {@code plugin_config_path} is none of that.
   */
  private static final String COMMAND =
      "grep -q '\\.registry\\b' /etc/containerd/config.toml"
          + " || containerd config dump | grep -Eq '^ *config_path = .[^ ]*/'"
          + " || { printf '\\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\\n"
          + "  config_path = \"/etc/containerd/certs.d\"\\n' >> /etc/containerd/config.toml"
          + " && systemctl restart containerd; }";

  @Override
  public String text() {
    try {
      YamlFile yaml = YamlFile.parse("");
      add(yaml.add());
      return yaml.write();
    } catch (MergeException e) {
      throw new IllegalStateException("an empty file", e);
    }
  }

  @Override
  public String merge(String file) throws MergeException {
    YamlFile yaml = YamlFile.parse(file);
    boolean found = false;
    for (YamlMap document : yaml.maps()) {
      Optional<YamlMap> spec = kubeadmConfigSpec(document);
      if (spec.isPresent()) {
        found = true;
        add(spec.get());
      }
    }
    if (!found) {
      throw new MergeException(
          "there is none of KubeadmControlPlane, KubeadmControlPlaneTemplate, KubeadmConfigTemplate"
              + " and KubeadmConfig in it");
    }
    return yaml.write();
  }

  private static Optional<YamlMap> kubeadmConfigSpec(YamlMap document) throws MergeException {
    return switch (document.text("kind").orElse("")) {
      case "KubeadmConfig" -> Optional.of(document.mapOrNew("spec"));
      case "KubeadmConfigTemplate" ->
          Optional.of(document.mapOrNew("spec").mapOrNew("template").mapOrNew("spec"));
      case "KubeadmControlPlane" ->
          Optional.of(document.mapOrNew("spec").mapOrNew("kubeadmConfigSpec"));
      case "KubeadmControlPlaneTemplate" ->
          Optional.of(
              document
                  .mapOrNew("spec")
                  .mapOrNew("template")
                  .mapOrNew("spec")
                  .mapOrNew("kubeadmConfigSpec"));
      default -> Optional.empty();
    };
  }

  private void add(YamlMap spec) throws MergeException {
    String text = HostsToml.text(wiring);
    boolean there = false;
    for (YamlMap file : spec.maps("files")) {
      if (file.text("path").filter(HOSTS_TOML::equals).isPresent()) {
        if (!file.text("content").orElse("").strip().equals(text.strip())) {
          throw new MergeException(
              "%s is among its files already; make it say\n%s".formatted(HOSTS_TOML, text));
        }
        there = true;
      }
    }
    if (!there) {
      spec.append("files", YamlMap.empty().put("path", HOSTS_TOML).put("content", text).node());
    }
    for (Node command : spec.list("preKubeadmCommands")) {
      if (command instanceof ScalarNode scalar && scalar.getValue().equals(COMMAND)) {
        return;
      }
    }
    spec.append("preKubeadmCommands", YamlMap.scalar(COMMAND));
  }
}
