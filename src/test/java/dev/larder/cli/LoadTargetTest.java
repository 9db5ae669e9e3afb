package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.control.Step;
import dev.larder.engine.PushProgress;
import dev.larder.oci.RegistryName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an image is called once it is loaded, and what is told of its push. */
class LoadTargetTest {
  private static final RegistryName LARDER = new RegistryName("localhost:5001");

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          app:dev,                            localhost:5001/app:dev
          app,                                localhost:5001/app:latest
          acme/app:dev,                       localhost:5001/acme/app:dev
          docker.io/acme/app:dev,             localhost:5001/acme/app:dev
          docker.io/library/app:dev,          localhost:5001/app:dev
          quay.io/x/y:1,                      localhost:5001/x/y:1
          localhost/app:dev,                  localhost:5001/app:dev
          localhost:5001/app:dev,             localhost:5001/app:dev
          registry.corp:5000/team/app:1,      localhost:5001/team/app:1
          """)
  void withoutItsRegistry(String source, String name) throws CommandException {
    LoadTarget target = LoadTarget.of(source, Optional.empty(), false, LARDER);

    assertThat(target.pushed()).isEqualTo(name);
    assertThat(target.name()).isEqualTo(name);
    assertThat(target.overlay()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          app:dev,                       docker.io/library/app:dev,     localhost:5001/docker.io/library/app:dev
          acme/app,                      docker.io/acme/app:latest,     localhost:5001/docker.io/acme/app:latest
          index.docker.io/acme/app:dev,  docker.io/acme/app:dev,        localhost:5001/docker.io/acme/app:dev
          quay.io/x/y:1,                 quay.io/x/y:1,                 localhost:5001/quay.io/x/y:1
          registry.corp:5000/app:1,      registry.corp:5000/app:1,      localhost:5001/registry.corp_5000/app:1
          localhost:5005/app:1,          localhost:5005/app:1,          localhost:5001/localhost_5005/app:1
          """)
  void asItIs(String source, String name, String pushed) throws CommandException {
    LoadTarget target = LoadTarget.of(source, Optional.empty(), true, LARDER);

    assertThat(target.name()).isEqualTo(name);
    assertThat(target.pushed()).isEqualTo(pushed);
    assertThat(target.overlay()).isTrue();
  }

  @Test
  void whatIsCalledAsLarderIsNoOverlay() throws CommandException {
    LoadTarget target = LoadTarget.of("localhost:5001/app:1", Optional.empty(), true, LARDER);

    assertThat(target.pushed()).isEqualTo("localhost:5001/app:1");
    assertThat(target.overlay()).isFalse();
  }

  @Test
  void underAnotherName() throws CommandException {
    LoadTarget target = LoadTarget.of("sha256:0123abcd", Optional.of("team/app:1"), false, LARDER);

    assertThat(target.source()).isEqualTo("sha256:0123abcd");
    assertThat(target.name()).isEqualTo("localhost:5001/team/app:1");
    assertThat(LoadTarget.of("app:dev", Optional.of("quay.io/x/y:2"), true, LARDER).name())
        .isEqualTo("quay.io/x/y:2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
      })
  void whatHasNoTagNeedsAName(String source) {
    assertThatThrownBy(() -> LoadTarget.of(source, Optional.empty(), false, LARDER))
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("--as NAME:TAG");
  }

  @ParameterizedTest
  @CsvSource({
    "App:1, isn't the name of an image",
    "registry:5000/app, nothing can be pushed over images of registry:5000",
    "[::1]:5000/app, nothing can be pushed over images of [::1]:5000"
  })
  void whatCantBeIsSaid(String source, String reason) {
    assertThatThrownBy(() -> LoadTarget.of(source, Optional.empty(), true, LARDER))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "http: server gave HTTP response to HTTPS client, false, daemon.json",
    "http: server gave HTTP response to HTTPS client, true, registries.conf",
    "dial tcp 127.0.0.1:5001: connect: connection refused, false, larder up",
    "no basic auth credentials, false, docker login localhost:5001",
    "unsupported: The operation is unsupported., false, larder serve --overlays"
  })
  void whatToDoIsSaidWhereItIsKnown(String message, boolean podman, String remedy)
      throws CommandException {
    LoadTarget target = LoadTarget.of("app:1", Optional.empty(), true, LARDER);

    assertThat(target.remedy(message, podman)).startsWith("; ").contains(remedy);
    assertThat(target.remedy("no space left on device", podman)).isEmpty();
  }

  @Test
  void aPushIsToldAsOneSum() {
    List<Step> steps = new ArrayList<>();
    PushTally tally = new PushTally("pushing app:1", steps::add);
    tally.accept(new PushProgress("a", "Preparing", 0, 0));
    tally.accept(new PushProgress("b", "Layer already exists", 0, 0));
    tally.accept(new PushProgress("c", "Mounted from app", 0, 0));
    tally.accept(new PushProgress("a", "Pushing", 40, 100));
    tally.accept(new PushProgress("d", "Pushing", 10, 50));
    assertThat(steps.getLast()).isEqualTo(new Step("pushing app:1", Step.Unit.BYTES, 50, 150));
    tally.accept(new PushProgress("a", "Pushing", 120, 100));
    tally.accept(new PushProgress("a", "Pushed", 0, 0));

    assertThat(steps.getLast()).isEqualTo(new Step("pushing app:1", Step.Unit.BYTES, 130, 170));
    assertThat(tally.sent()).isEqualTo(1);
    assertThat(tally.bytes()).isEqualTo(120);
    assertThat(tally.there()).isEqualTo(2);
  }
}
