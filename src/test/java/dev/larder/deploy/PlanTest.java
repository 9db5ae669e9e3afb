package dev.larder.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.engine.Container;
import dev.larder.engine.ContainerSpec;
import dev.larder.engine.Endpoint;
import dev.larder.engine.Port;
import dev.larder.engine.RestartPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final String IMAGE = "sha256:1";
  private static final Settings USUAL = settings("larder", 5001, true, Map.of());

  private final List<Container> containers = new ArrayList<>();
  private boolean network = true;
  private boolean volume = true;

  @Test
  void whereThereIsNothingAllIsMade() throws Exception {
    network = false;
    volume = false;

    assertThat(plan(USUAL).steps())
        .extracting(Step::what)
        .containsExactly(
            "made the network kind",
            "made the volume larder",
            "started the container larder",
            "started the container larder-watch");
  }

  @Test
  void whereAllIsAsWantedNothingIsDone() throws Exception {
    upWith(USUAL);

    assertThat(plan(USUAL).steps()).isEmpty();
  }

  @Test
  void anythingElseThatIsWantedMakesTheContainerAnew() throws Exception {
    Map<String, byte[]> configuration =
        Map.of(Settings.CONFIGURATION, "data: /x".getBytes(StandardCharsets.UTF_8));
    for (Settings other :
        List.of(
            settings("larder", 5002, true, Map.of()),
            settings("larder", 5001, true, configuration))) {
      containers.clear();
      upWith(USUAL);

      assertThat(plan(other).steps())
          .extracting(Step::what)
          .containsExactly(
              "removed the container larder: it is to be another", "started the container larder");
    }
  }

  @Test
  void anotherImageMakesBothContainersAnew() throws Exception {
    upWith(USUAL);

    Plan plan = Plan.of(USUAL, new Situation(containers, true, true, "sha256:2"));

    assertThat(plan.steps()).hasSize(4);
  }

  @Test
  void theOrderOfAConfigurationsFilesDoesntMatter() throws Exception {
    byte[] one = "1".getBytes(StandardCharsets.UTF_8);
    byte[] two = "2".getBytes(StandardCharsets.UTF_8);
    Map<String, byte[]> files = new java.util.LinkedHashMap<>(Map.of("a", one));
    files.put("b", two);
    Map<String, byte[]> same = new java.util.LinkedHashMap<>(Map.of("b", two));
    same.put("a", one);
    upWith(settings("larder", 5001, true, files));

    assertThat(plan(settings("larder", 5001, true, same)).steps()).isEmpty();
  }

  @Test
  void networksThatWereJoinedForClustersAreJoinedAgain() throws Exception {
    ContainerSpec spec = registry(plan(USUAL));
    Endpoint bridge =
        new Endpoint("bridge", Optional.of("172.17.0.2"), Optional.empty(), List.of());
    add(spec, Container.State.RUNNING, List.of(on("kind"), bridge));

    List<Step> steps = plan(settings("larder", 5002, false, Map.of())).steps();

    assertThat(steps)
        .filteredOn(Step.Run.class::isInstance)
        .singleElement()
        .extracting(step -> ((Step.Run) step).more())
        .isEqualTo(List.of(bridge));
  }

  @Test
  void whatHasStoppedIsStarted() throws Exception {
    Plan fresh = plan(USUAL);
    add(registry(fresh), Container.State.EXITED, List.of(on("kind")));
    add(watcher(fresh), Container.State.RUNNING, List.of(on("none")));

    assertThat(plan(USUAL).steps()).containsExactly(new Step.Start("larder"));
  }

  @Test
  void whoHasLeftTheNetworkIsPutOnItAgain() throws Exception {
    Plan fresh = plan(USUAL);
    add(registry(fresh), Container.State.RUNNING, List.of());
    add(watcher(fresh), Container.State.RUNNING, List.of());

    assertThat(plan(USUAL).steps())
        .containsExactly(new Step.Join("larder", "kind", List.of("proxy", "registry")));
  }

  @Test
  void withoutWatchingTheWatcherGoes() throws Exception {
    upWith(USUAL);

    assertThat(plan(settings("larder", 5001, false, Map.of())).steps())
        .singleElement()
        .isInstanceOf(Step.Remove.class)
        .extracting(Step::what)
        .asString()
        .contains("larder-watch");
  }

  @Test
  void namesThatAnotherContainerHasOnTheNetworkAreLeftOut() throws Exception {
    containers.add(
        container(
            "kind-registry",
            Map.of(),
            Container.State.EXITED,
            List.of(new Endpoint("kind", Optional.empty(), Optional.empty(), List.of("registry"))),
            List.of()));
    containers.add(
        container("proxy", Map.of(), Container.State.RUNNING, List.of(on("other")), List.of()));

    Plan plan = plan(USUAL);

    assertThat(registry(plan).aliases()).containsExactly("proxy");
    assertThat(registry(plan).environment()).contains("LARDER_NAMES=larder:5000,proxy:5000");
    assertThat(plan.remarks()).singleElement().asString().contains("registry", "kind-registry");
  }

  @Test
  void aLarderOfAnotherNameHasTheUsualOneToo() throws Exception {
    ContainerSpec spec = registry(plan(settings("mine", 5001, true, Map.of())));

    assertThat(spec.name()).isEqualTo("mine");
    assertThat(spec.aliases()).containsExactly("larder", "proxy", "registry");
  }

  @Test
  void toolsKnowTheContainerByItsLabelsAndItsOnePort() throws Exception {
    ContainerSpec spec = registry(plan(USUAL));

    assertThat(spec.labels())
        .containsEntry("dev.larder.role", "registry")
        .containsEntry("dev.larder.version", "1.2.3")
        .containsEntry("dev.tilt.ctlptl.role", "registry")
        .containsEntry("app", "k3d")
        .containsEntry("k3d.role", "registry");
    assertThat(spec.ports()).containsExactly(new Port(5000, "tcp", "127.0.0.1", 5001));
    assertThat(spec.restart()).isEqualTo(RestartPolicy.UNLESS_STOPPED);
  }

  @Test
  void onlyTheWatcherGetsTheSocketAndNobodyReachesIt() throws Exception {
    Plan plan = plan(USUAL);

    assertThat(registry(plan).mounts()).noneMatch(mount -> mount.source().endsWith(".sock"));
    assertThat(watcher(plan).mounts()).anyMatch(mount -> mount.source().equals("/run/d.sock"));
    assertThat(watcher(plan).ports()).isEmpty();
    assertThat(watcher(plan).network()).isEqualTo("none");
    assertThat(watcher(plan).command()).containsExactly("attach", "--watch");
  }

  @Test
  void aContainerThatIsntLardersIsLeftAlone() {
    containers.add(container("larder", Map.of(), Container.State.EXITED, List.of(), List.of()));

    assertThatThrownBy(() -> plan(USUAL))
        .isInstanceOf(DeployException.class)
        .hasMessageContaining("the container larder")
        .hasMessageContaining("--name");
  }

  @Test
  void aPortThatAContainerHasIsToldWithItsName() {
    for (String host : List.of("127.0.0.1", "0.0.0.0")) {
      containers.clear();
      containers.add(
          container(
              "kind-registry",
              Map.of(),
              Container.State.RUNNING,
              List.of(),
              List.of(new Port(5000, "tcp", host, 5001))));

      assertThatThrownBy(() -> plan(USUAL))
          .isInstanceOf(DeployException.class)
          .hasMessageContaining("port 5001 is taken by the container kind-registry")
          .hasMessageContaining("--port");
    }
  }

  @Test
  void aPortOfAnotherAddressOrOfAStoppedContainerIsFree() throws Exception {
    containers.add(
        container(
            "other",
            Map.of(),
            Container.State.RUNNING,
            List.of(),
            List.of(
                new Port(5000, "tcp", "192.168.1.5", 5001),
                new Port(5000, "udp", "127.0.0.1", 5001),
                new Port(5001, "tcp", "127.0.0.1", 5000))));
    containers.add(
        container(
            "stopped",
            Map.of(),
            Container.State.EXITED,
            List.of(),
            List.of(new Port(5000, "tcp", "127.0.0.1", 5001))));

    assertThat(plan(USUAL).steps()).hasSize(2);
  }

  private Plan plan(Settings settings) throws DeployException {
    return Plan.of(settings, new Situation(List.copyOf(containers), network, volume, IMAGE));
  }

  /** As if up had been run with these settings. */
  private void upWith(Settings settings) throws DeployException {
    Plan fresh = plan(settings);
    add(registry(fresh), Container.State.RUNNING, List.of(on("kind")));
    add(watcher(fresh), Container.State.RUNNING, List.of(on("none")));
  }

  private void add(ContainerSpec spec, Container.State state, List<Endpoint> endpoints) {
    containers.add(container(spec.name(), spec.labels(), state, endpoints, spec.ports()));
  }

  private static ContainerSpec registry(Plan plan) {
    return run(plan, Deployment.REGISTRY);
  }

  private static ContainerSpec watcher(Plan plan) {
    return run(plan, Deployment.WATCHER);
  }

  private static ContainerSpec run(Plan plan, String role) {
    return plan.steps().stream()
        .filter(Step.Run.class::isInstance)
        .map(step -> ((Step.Run) step).spec())
        .filter(spec -> role.equals(spec.labels().get(Deployment.ROLE)))
        .findFirst()
        .orElseThrow();
  }

  private static Endpoint on(String network) {
    return new Endpoint(network, Optional.empty(), Optional.empty(), List.of());
  }

  private static Settings settings(
      String name, int port, boolean watch, Map<String, byte[]> configuration) {
    return new Settings(
        name,
        "1.2.3",
        "larder:1.2.3",
        port,
        new Storage.Volume(name),
        configuration,
        false,
        "kind",
        watch,
        "/run/d.sock");
  }

  private static Container container(
      String name,
      Map<String, String> labels,
      Container.State state,
      List<Endpoint> endpoints,
      List<Port> ports) {
    return new Container(
        name + "-id",
        name,
        "image",
        labels,
        state,
        Optional.empty(),
        endpoints,
        ports,
        List.of(),
        List.of(),
        Optional.empty(),
        RestartPolicy.NO);
  }
}
