package dev.larder.cluster.doctor;

import dev.larder.deploy.Deployment;
import dev.larder.engine.Container.Health;
import java.util.List;
import java.util.Optional;

/** Whether Larder's container is there and says that it is well. */
record LarderCheck(Optional<Deployment> larder) implements Check {
  @Override
  public Area area() {
    return Area.LARDER;
  }

  @Override
  public String subject() {
    return larder.map(found -> found.container().name()).orElse(Deployment.NAME);
  }

  @Override
  public List<Finding> run() {
    if (larder.isEmpty()) {
      return List.of(error("Larder has no container on this engine", "larder up"));
    }
    Deployment found = larder.get();
    if (!found.running()) {
      return List.of(error("Larder's container doesn't run", "larder up"));
    }
    return switch (found.container().health().orElse(Health.HEALTHY)) {
      case HEALTHY -> List.of();
      case STARTING ->
          List.of(
              new Finding(
                  Area.LARDER,
                  Severity.NOTE,
                  subject(),
                  "Larder has just been started and isn't healthy yet",
                  "ask again in a few seconds"));
      case UNHEALTHY ->
          List.of(
              error(
                  "Larder runs, but its health check fails",
                  "its log says why: docker logs " + subject()));
    };
  }

  private Finding error(String what, String remedy) {
    return new Finding(Area.LARDER, Severity.ERROR, subject(), what, remedy);
  }
}
