package dev.larder.cluster.doctor;

import dev.larder.engine.Engine;
import dev.larder.engine.Version;
import java.util.List;

/** Whether the engine is new enough for what Larder asks of it. */
record EngineCheck(Engine engine) implements Check {
  /** The oldest ones that Larder was tried with. */
  private static final int OLDEST_DOCKER = 20;

  private static final int OLDEST_PODMAN = 4;

  @Override
  public Area area() {
    return Area.ENGINE;
  }

  @Override
  public String subject() {
    return "engine";
  }

  @Override
  public List<Finding> run() {
    return judge(engine.name(), engine.version(), engine.podman());
  }

  static List<Finding> judge(String name, Version version, boolean podman) {
    int oldest = podman ? OLDEST_PODMAN : OLDEST_DOCKER;
    return version.atLeast(oldest, 0)
        ? List.of()
        : List.of(
            new Finding(
                Area.ENGINE,
                Severity.WARNING,
                "engine",
                "%s is older than what Larder was tried with".formatted(name),
                "install version %d or later".formatted(oldest)));
  }
}
