package dev.larder.cluster.doctor;

import dev.larder.cluster.Node;
import java.util.List;

/** Whether a node runs. */
record NodeCheck(Node node) implements Check {
  @Override
  public Area area() {
    return Area.NODE;
  }

  @Override
  public String subject() {
    return node.name();
  }

  @Override
  public List<Finding> run() {
    return node.running()
        ? List.of()
        : List.of(
            new Finding(
                Area.NODE,
                Severity.WARNING,
                node.name(),
                "the node isn't running, so most of it can't be looked at",
                "docker start %1$s, or docker logs %1$s for what has ended it"
                    .formatted(node.name())));
  }
}
