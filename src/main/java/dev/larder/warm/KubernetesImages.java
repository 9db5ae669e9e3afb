package dev.larder.warm;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The images that Kubernetes' documents name. They are found by their shape and not by kind, so
 * that a Pod's template is found in whatever it stands, a custom resource among the rest: a list of
 * containers, of whatever sort, whose members name one, and a list of volumes, of which some name
 * one.
 *
 * @param images their names as they are written, each once, in the documents' order
 * @param problems documents that can't be read, each as {@code file:line: what is wrong}
 */
public record KubernetesImages(List<String> images, List<String> problems) {
  private static final Set<String> CONTAINERS =
      Set.of("containers", "initContainers", "ephemeralContainers");
  private static final String VOLUMES = "volumes";
  private static final String IMAGE = "image";

  public KubernetesImages {
    images = List.copyOf(images);
    problems = List.copyOf(problems);
  }

  /**
   * Finds them in YAML or JSON, of one document or several.
   *
   * @param name what the text is called in problems: a file
   */
  public static KubernetesImages in(String name, String text) {
    Set<String> images = new LinkedHashSet<>();
    List<String> problems = new ArrayList<>();
    for (Documents.Document document : Documents.read(name, text)) {
      document.content().ifPresent(content -> find(content, images));
      document.problem().ifPresent(problems::add);
    }
    return new KubernetesImages(List.copyOf(images), problems);
  }

  private static void find(Object node, Set<String> images) {
    if (node instanceof List<?> list) {
      list.forEach(
          member -> {
            if (member != null) {
              find(member, images);
            }
          });
    } else if (node instanceof Map<?, ?> map) {
      map.forEach(
          (key, value) -> {
            if (CONTAINERS.contains(key) && value instanceof List<?> list) {
              list.forEach(container -> add(images, field(container, IMAGE)));
            } else if (VOLUMES.equals(key) && value instanceof List<?> list) {
              list.forEach(volume -> add(images, field(field(volume, IMAGE), "reference")));
            }
            if (value != null) {
              find(value, images);
            }
          });
    }
  }

  private static Object field(Object node, String name) {
    Object value = node instanceof Map<?, ?> map ? map.get(name) : null;
    return value == null ? "" : value;
  }

  private static void add(Set<String> images, Object name) {
    if (name instanceof String text && !text.isBlank()) {
      images.add(text.strip());
    }
  }
}
