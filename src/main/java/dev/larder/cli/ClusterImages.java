package dev.larder.cli;

import dev.larder.cluster.Cluster;
import dev.larder.cluster.Clusters;
import dev.larder.cluster.doctor.Diagnosis;
import dev.larder.cluster.doctor.NodeImage;
import dev.larder.cluster.doctor.NodeImages;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The images that the nodes of clusters have pulled. What came with a node's own image, or from a
 * file, isn't among them: no registry need have it.
 *
 * @param names what they are called there
 * @param failures nodes that couldn't be asked, and why
 */
record ClusterImages(Set<String> names, List<String> failures) {

  /** Asks the nodes of the clusters of those names. */
  static ClusterImages of(List<String> clusters) throws CommandException {
    try (Engine engine = LocalEngine.connect()) {
      NodeImages images = NodeImages.read(engine, chosen(engine, clusters), _ -> {});
      Set<String> names = new LinkedHashSet<>();
      images.byNode().values().stream()
          .flatMap(List::stream)
          .filter(image -> image.origin() == NodeImage.Origin.PULLED)
          .forEach(image -> names.addAll(image.names()));
      return new ClusterImages(
          names, images.notMade().stream().map(ClusterImages::failure).toList());
    } catch (EngineException e) {
      throw CommandException.failure(String.valueOf(e.getMessage()));
    }
  }

  private static String failure(Diagnosis.NotMade why) {
    return "the images of %s can't be listed: %s".formatted(why.subject(), why.why());
  }

  private static List<Cluster> chosen(Engine engine, List<String> names)
      throws CommandException, EngineException {
    List<Cluster> all = Clusters.all(engine);
    List<Cluster> chosen = new ArrayList<>();
    for (String name : names) {
      List<Cluster> called = all.stream().filter(found -> found.name().equals(name)).toList();
      if (called.isEmpty()) {
        throw CommandException.failure(
            "no cluster is called %s; there %s"
                .formatted(
                    name,
                    all.isEmpty()
                        ? "is none at all"
                        : all.stream()
                            .map(Cluster::name)
                            .distinct()
                            .collect(Collectors.joining(", ", "are ", ""))));
      }
      chosen.addAll(called);
    }
    return chosen;
  }
}
