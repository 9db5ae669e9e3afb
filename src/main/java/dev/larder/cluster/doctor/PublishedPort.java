package dev.larder.cluster.doctor;

import dev.larder.deploy.Deployment;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Whether Larder answers where this machine's tools push to.
 *
 * @param engine the engine's address
 */
record PublishedPort(Deployment larder, String engine) implements Check {
  private static final int AIRPLAY = 5000;

  @Override
  public Area area() {
    return Area.PORT;
  }

  @Override
  public String subject() {
    return larder.container().name();
  }

  @Override
  public List<Finding> run() throws CheckException {
    if (!engine.startsWith("unix:") && !engine.startsWith("npipe:")) {
      throw new CheckException(
          "Larder's port is published on the machine of the engine %s, not on this one"
              .formatted(engine));
    }
    Optional<Integer> port = larder.hostPort();
    if (port.isEmpty()) {
      return List.of(
          finding(
              Severity.ERROR,
              "Larder's port isn't published: nobody outside of containers can push to it",
              "larder up"));
    }
    Optional<RegistryProbe> answer = ask(port.get());
    return answer.isPresent()
        ? judge(port.get(), answer.get(), port.get() == AIRPLAY ? answer : ask(AIRPLAY))
        : List.of(
            finding(
                Severity.ERROR,
                "nobody answers at localhost:%d, where Larder is published".formatted(port.get()),
                "its log says why: docker logs %s; larder up starts it anew".formatted(subject())));
  }

  private static Optional<RegistryProbe> ask(int port) {
    try {
      return Optional.of(RegistryProbe.ask("127.0.0.1:" + port));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Judges who answers.
   *
   * @param at5000 who answers at the port that most instructions name
   */
  List<Finding> judge(int port, RegistryProbe answer, Optional<RegistryProbe> at5000) {
    if (answer.isAirPlay()) {
      return List.of(
          finding(
              Severity.ERROR,
              "macOS's AirPlay receiver answers at localhost:%d, not Larder".formatted(port),
              "larder up --port 5001, or turn AirPlay Receiver off in System Settings, AirDrop &"
                  + " Handoff"));
    }
    if (!answer.registry()) {
      return List.of(
          finding(
              Severity.ERROR,
              "what answers at localhost:%d is no registry (status %d)"
                  .formatted(port, answer.status()),
              "larder up --port with a port that is free"));
    }
    return at5000.filter(RegistryProbe::isAirPlay).isPresent()
        ? List.of(
            finding(
                Severity.NOTE,
                "localhost:5000 is macOS's AirPlay receiver",
                "push to localhost:%d, also where instructions say 5000".formatted(port)))
        : List.of();
  }

  private Finding finding(Severity severity, String what, String remedy) {
    return new Finding(Area.PORT, severity, subject(), what, remedy);
  }
}
