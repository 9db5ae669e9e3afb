package dev.larder.runtimes;

import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A Talos machine's configuration: a document for the mirrors of every registry. A machine
 * configuration that still has {@code machine.registries.mirrors} gets Larder there.
 *
 * @see <a
 *     href="https://docs.siderolabs.com/talos/v1.12/reference/configuration/cri/registrymirrorconfig">Talos,
 *     RegistryMirrorConfig</a>
 */
record TalosYaml(Wiring wiring, List<String> notes) implements Recipe {
  private static final String KIND = "RegistryMirrorConfig";

  @Override
  public String merge(String file) throws MergeException {
    YamlFile yaml = YamlFile.parse(file);
    if (yaml.maps().isEmpty() && !file.isBlank()) {
      throw new MergeException("there is no document of Talos in it");
    }
    Optional<YamlMap> old = oldMirrors(yaml);
    if (old.isPresent()) {
      mergeOld(old.get());
    } else {
      mergeDocuments(yaml);
    }
    return yaml.write();
  }

  private void mergeDocuments(YamlFile yaml) throws MergeException {
    boolean every = false;
    for (YamlMap document : yaml.maps()) {
      if (document.text("kind").filter(KIND::equals).isPresent()) {
        every |= document.text("name").filter(RegistriesYaml.EVERY::equals).isPresent();
        lead(document);
      }
    }
    if (!every) {
      YamlMap document =
          yaml.add()
              .put("apiVersion", "v1alpha1")
              .put("kind", KIND)
              .put("name", RegistriesYaml.EVERY);
      lead(document);
    }
  }

  private void lead(YamlMap document) throws MergeException {
    String url = wiring.server().url();
    boolean there = false;
    for (YamlMap endpoint : document.maps("endpoints")) {
      there |= endpoint.text("url").filter(url::equals).isPresent();
    }
    if (!there) {
      document.prepend("endpoints", YamlMap.empty().put("url", url).node());
    }
    forbidOrigin(document);
  }

  private void mergeOld(YamlMap mirrors) throws MergeException {
    mirrors.mapOrNew(RegistriesYaml.EVERY);
    for (String registry : mirrors.keys()) {
      YamlMap mirror = mirrors.mapOrNew(registry);
      if (mirror.text("overridePath").filter("true"::equals).isPresent()) {
        throw new MergeException(
            "the entry for %s has overridePath, which would be Larder's too: remove it"
                .formatted(registry));
      }
      RegistriesYaml.lead(registry, mirror, "endpoints", wiring.server().url());
      forbidOrigin(mirror);
    }
  }

  private void forbidOrigin(YamlMap mirror) {
    if (wiring.strict()) {
      mirror.put("skipFallback", new ScalarNode(Tag.BOOL, "true", ScalarStyle.PLAIN));
    }
  }

  private static Optional<YamlMap> oldMirrors(YamlFile yaml) throws MergeException {
    for (YamlMap document : yaml.maps()) {
      Optional<YamlMap> machine = document.map("machine");
      if (machine.isPresent()) {
        Optional<YamlMap> registries = machine.get().map("registries");
        return registries.isPresent() ? registries.get().map("mirrors") : Optional.empty();
      }
    }
    return Optional.empty();
  }
}
