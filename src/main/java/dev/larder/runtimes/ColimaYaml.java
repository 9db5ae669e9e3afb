package dev.larder.runtimes;

import java.util.List;

/**
 * A {@code colima.yaml}, whose key {@code docker} becomes the {@code daemon.json} of the machine's
 * engine.
 *
 * @see <a href="https://github.com/abiosoft/colima/blob/main/embedded/defaults/colima.yaml">Colima,
 *     its default configuration</a>
 */
record ColimaYaml(Wiring wiring, List<String> notes) implements Recipe {

  @Override
  public String merge(String file) throws MergeException {
    YamlFile yaml = YamlFile.parse(file);
    YamlMap root = yaml.only();
    if (root.text("runtime").filter(runtime -> !runtime.equals("docker")).isPresent()) {
      throw new MergeException(
          "its runtime isn't docker, and \"docker\" is for that alone; in the machine of another"
              + " one, containerd reads hosts.toml: larder config containerd");
    }
    YamlMap docker = root.mapOrNew("docker");
    String mirror = DaemonJson.mirror(wiring.server());
    List<String> mirrors = docker.texts("registry-mirrors");
    if (!mirrors.contains(mirror) && !mirrors.contains(mirror + "/")) {
      docker.prepend("registry-mirrors", YamlMap.scalar(mirror));
    }
    List<String> insecure = docker.texts("insecure-registries");
    for (String registry : DaemonJson.insecure(wiring.server())) {
      if (!insecure.contains(registry)) {
        docker.append("insecure-registries", YamlMap.scalar(registry));
      }
    }
    return yaml.write();
  }
}
