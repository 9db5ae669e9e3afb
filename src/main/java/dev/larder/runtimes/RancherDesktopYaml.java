package dev.larder.runtimes;

import java.util.List;

/**
 * An {@code override.yaml} of Rancher Desktop, whose script writes {@code hosts.toml} into the
 * machine at each start: for its containerd, for nerdctl, and for Docker's engine.
 *
 * @see <a href="https://docs.rancherdesktop.io/how-to-guides/provisioning-scripts">Rancher Desktop,
 *     provisioning scripts</a>
 */
record RancherDesktopYaml(Wiring wiring, List<String> notes) implements Recipe {
  private static final String MARK = "# larder: hosts.toml";

  @Override
  public String merge(String file) throws MergeException {
    YamlFile yaml = YamlFile.parse(file);
    YamlMap root = yaml.only();
    for (YamlMap provision : root.maps("provision")) {
      if (provision.text("script").filter(script -> script.contains(MARK)).isPresent()) {
        provision.put("script", script());
        return yaml.write();
      }
    }
    root.append("provision", YamlMap.empty().put("mode", "system").put("script", script()).node());
    return yaml.write();
  }

  // k3s leaves its registries.yaml unread here, since Rancher Desktop runs containerd itself.
  private String script() {
    return """
    #!/bin/sh
    %s
    set -eu
    for folder in /var/lib/rancher/k3s/agent/etc/containerd /etc/containerd /etc/docker; do
      mkdir -p "$folder/certs.d/_default"
      cat > "$folder/certs.d/_default/hosts.toml" <<'EOF'
    %sEOF
    done
    """
        .formatted(MARK, HostsToml.text(wiring));
  }
}
