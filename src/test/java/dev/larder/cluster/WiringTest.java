package dev.larder.cluster;

import static dev.larder.cluster.NodeStates.CERTS;
import static dev.larder.cluster.NodeStates.looksIn;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

class WiringTest {
  private static final URI LARDER = URI.create("http://larder:5000");
  private static final String DOCKER = "/etc/docker/certs.d";
  private static final String K3S = "/var/lib/rancher/k3s/agent/etc/containerd/certs.d";
  private static final String CONFIG = "/etc/containerd/config.toml";
  private static final String HUB =
      "server = \"https://registry-1.docker.io\"\n\n[host.\"https://mirror.example\"]\n";
  private static final Wiring.Wish USUAL =
      new Wiring.Wish(false, true, false, Set.of("localhost:5001", "127.0.0.1:5001"));
  private static final Wiring.Wish STRICT = new Wiring.Wish(true, true, false, USUAL.ownNames());
  private static final Wiring.Wish NO_RESTART =
      new Wiring.Wish(false, false, false, USUAL.ownNames());

  /** A state, what is wanted, the steps, and words of the findings. */
  static final List<Arguments> DECISIONS =
      List.of(
          row(
              "one file is enough",
              looksIn(CERTS).missing(CERTS),
              USUAL,
              List.of("write " + CERTS + "/_default/hosts.toml"),
              List.of()),
          row(
              "the first folder of several",
              looksIn(CERTS, DOCKER),
              USUAL,
              List.of("write " + CERTS + "/_default/hosts.toml"),
              List.of()),
          row(
              "a later one, whose registries a _default in the first would hide",
              looksIn(CERTS, DOCKER).certificates(DOCKER + "/registry.example:5000"),
              USUAL,
              List.of("write " + DOCKER + "/_default/hosts.toml"),
              List.of("registry.example:5000 is pulled from itself")),
          row(
              "what a _default in the first folder hides doesn't count",
              looksIn(CERTS, DOCKER)
                  .hosts(CERTS + "/_default", HUB)
                  .hosts(DOCKER + "/quay.io", HUB),
              USUAL,
              List.of("write " + CERTS + "/_default/hosts.toml"),
              List.of()),
          row(
              "a registry's own folder hides _default",
              looksIn(CERTS).hosts(CERTS + "/docker.io", HUB),
              USUAL,
              List.of(
                  "write " + CERTS + "/_default/hosts.toml",
                  "write " + CERTS + "/docker.io/hosts.toml"),
              List.of()),
          row(
              "and so does an empty one",
              looksIn(CERTS).empty(CERTS + "/quay.io"),
              USUAL,
              List.of(
                  "write " + CERTS + "/_default/hosts.toml",
                  "write " + CERTS + "/quay.io/hosts.toml"),
              List.of()),
          row(
              "another registry of the host is left alone, Larder's own name isn't",
              looksIn(CERTS)
                  .hosts(CERTS + "/localhost:5002", HUB)
                  .hosts(CERTS + "/localhost_5001_", HUB),
              USUAL,
              List.of(
                  "write " + CERTS + "/_default/hosts.toml",
                  "write " + CERTS + "/localhost_5001_/hosts.toml"),
              List.of()),
          row(
              "a file that no host can be put into",
              looksIn(CERTS).hosts(CERTS + "/docker.io", "host = {}\n"),
              USUAL,
              List.of("write " + CERTS + "/_default/hosts.toml"),
              List.of("! docker.io/hosts.toml in n isn't ours")),
          row(
              "certificates for every registry",
              looksIn(CERTS).certificates(CERTS + "/_default"),
              USUAL,
              List.of(),
              List.of("! they would no longer count")),
          row(
              "strict",
              looksIn(CERTS),
              STRICT,
              List.of("write " + CERTS + "/_default/hosts.toml"),
              List.of()),
          row(
              "strict, but for a registry with a file that isn't ours",
              looksIn(CERTS).hosts(CERTS + "/docker.io", HUB),
              STRICT,
              List.of(
                  "write " + CERTS + "/_default/hosts.toml",
                  "write " + CERTS + "/docker.io/hosts.toml"),
              List.of("! pulls aren't strict there")),
          row(
              "strict, but for a registry with certificates",
              looksIn(CERTS).certificates(CERTS + "/registry.example"),
              STRICT,
              List.of("write " + CERTS + "/_default/hosts.toml"),
              List.of("! registry.example is pulled from itself")),
          row(
              "config_path is empty",
              looksIn().file("version = 2\n"),
              USUAL,
              List.of(
                  "write " + CERTS + "/_default/hosts.toml",
                  "write " + CONFIG,
                  "restart containerd"),
              List.of()),
          row(
              "config_path is empty, and containerd hasn't started",
              looksIn().file("version = 2\n").processes("entrypoint"),
              USUAL,
              List.of(
                  "write " + CERTS + "/_default/hosts.toml",
                  "write " + CONFIG,
                  "restart containerd"),
              List.of()),
          row(
              "config_path is empty, and containerd may not be restarted",
              looksIn().file("version = 2\n"),
              NO_RESTART,
              List.of("write " + CERTS + "/_default/hosts.toml", "write " + CONFIG),
              List.of("! docker exec n systemctl restart containerd")),
          row(
              "config_path is empty, and containerd is the first process",
              looksIn().file("version = 2\n").processes("containerd"),
              USUAL,
              List.of("write " + CERTS + "/_default/hosts.toml", "write " + CONFIG),
              List.of("! docker restart n")),
          row(
              "config_path is empty in a file of the old form",
              looksIn().file("[plugins.cri]\n"),
              USUAL,
              List.of("write " + CERTS + "/_default/hosts.toml"),
              List.of("! can't be set there")),
          row(
              "mirrors where config_path is empty",
              looksIn().configured(List.of(), List.of("docker.io"), List.of(), true),
              USUAL,
              List.of(),
              List.of("! registry.mirrors (docker.io) in its configuration, beside which")),
          row(
              "mirrors and config_path",
              looksIn().configured(List.of(CERTS), List.of("docker.io"), List.of(), true),
              USUAL,
              List.of(),
              List.of("! the node is dead")),
          row(
              "TLS in the configuration",
              looksIn().configured(List.of(), List.of(), List.of("registry.example"), true),
              USUAL,
              List.of(),
              List.of("! registry.configs with tls (registry.example)")),
          row(
              "no CRI",
              looksIn().configured(List.of(), List.of(), List.of(), false),
              USUAL,
              List.of(),
              List.of("! no CRI plugin")),
          row(
              "a configuration that containerd doesn't understand",
              looksIn(CERTS).trouble("expected newline"),
              USUAL,
              List.of(),
              List.of("! can't be read: expected newline: mend " + CONFIG)),
          row(
              "no containerd",
              looksIn(CERTS).withoutContainerd(),
              USUAL,
              List.of(),
              List.of("! there is no containerd in n")),
          row(
              "minikube with Docker",
              looksIn(CERTS).of(Cluster.Kind.MINIKUBE).processes("systemd", "dockerd"),
              USUAL,
              List.of(),
              List.of("! pulls with dockerd and not with containerd: begin minikube anew")),
          row(
              "k3s",
              looksIn(K3S).of(Cluster.Kind.K3D).processes("k3s-server", "containerd"),
              USUAL,
              List.of("write " + K3S + "/_default/hosts.toml"),
              List.of()),
          row(
              "k3s that hasn't written its configuration yet",
              looksIn().of(Cluster.Kind.K3D).withoutContainerd(),
              USUAL,
              List.of("write " + K3S + "/_default/hosts.toml"),
              List.of()),
          row(
              "k3s that has mirrors in its configuration",
              looksIn()
                  .of(Cluster.Kind.K3D)
                  .configured(List.of(), List.of("docker.io"), List.of(), true),
              USUAL,
              List.of(),
              List.of("! take the mirrors out of registries.yaml")),
          row(
              "k3s of old",
              looksIn().of(Cluster.Kind.K3D),
              USUAL,
              List.of("write " + K3S + "/_default/hosts.toml"),
              List.of("! this k3s is too old")));

  private static Arguments row(
      String name, NodeStates state, Wiring.Wish wish, List<String> steps, List<String> findings) {
    return Arguments.argumentSet(name, state.state(), wish, steps, findings);
  }

  @ParameterizedTest
  @FieldSource("DECISIONS")
  void aStateLeadsToAPlan(
      NodeState state, Wiring.Wish wish, List<String> steps, List<String> findings) {
    Plan plan = Wiring.plan("n", state, LARDER, wish);

    assertThat(plan.steps()).hasSameSizeAs(steps);
    for (int i = 0; i < steps.size(); i++) {
      assertThat(plan.steps().get(i).text()).startsWith(steps.get(i));
    }
    assertThat(plan.findings()).hasSameSizeAs(findings);
    for (int i = 0; i < findings.size(); i++) {
      boolean problem = findings.get(i).startsWith("! ");
      assertThat(plan.findings().get(i).isProblem()).isEqualTo(problem);
      assertThat(plan.findings().get(i).toString())
          .contains(problem ? findings.get(i).substring(2) : findings.get(i));
    }
  }

  @ParameterizedTest
  @FieldSource("DECISIONS")
  void whatIsDoneIsNotDoneAgain(
      NodeState state, Wiring.Wish wish, List<String> steps, List<String> findings)
      throws Exception {
    NodeState wired = NodeStates.after(state, Wiring.plan("n", state, LARDER, wish).steps());

    assertThat(Wiring.plan("n", wired, LARDER, wish).steps()).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("DECISIONS")
  void whatIsDoneCanBeUndone(
      NodeState state, Wiring.Wish wish, List<String> steps, List<String> findings)
      throws Exception {
    NodeState wired = NodeStates.after(state, Wiring.plan("n", state, LARDER, wish).steps());

    NodeState unwired = NodeStates.after(wired, Unwiring.plan("n", wired, true).steps());

    assertThat(unwired.roots()).isEqualTo(state.roots());
    assertThat(unwired.file()).isEqualTo(state.file());
    assertThat(unwired.missing()).isEqualTo(state.missing());
    assertThat(Unwiring.plan("n", unwired, true).steps()).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("DECISIONS")
  void aNewAddressAndOtherWishesTakeTheOldOnesPlace(
      NodeState state, Wiring.Wish wish, List<String> steps, List<String> findings)
      throws Exception {
    URI other = URI.create("http://172.17.0.5:5000");
    Wiring.Wish otherWish =
        new Wiring.Wish(!wish.strict(), wish.mayRestart(), wish.patient(), wish.ownNames());
    NodeState wired = NodeStates.after(state, Wiring.plan("n", state, LARDER, wish).steps());

    NodeState again = NodeStates.after(wired, Wiring.plan("n", wired, other, otherWish).steps());

    assertThat(again.roots())
        .isEqualTo(
            NodeStates.after(state, Wiring.plan("n", state, other, otherWish).steps()).roots());
  }

  @Test
  void aFileThatNamesLarderAlreadyIsLeftAsItIs() {
    NodeState state =
        looksIn(CERTS).hosts(CERTS + "/_default", "[host.\"http://larder:5000\"]\n").state();

    assertThat(Wiring.plan("n", state, LARDER, USUAL).steps()).isEmpty();
    assertThat(Unwiring.plan("n", state, true).steps()).isEmpty();
  }

  @Test
  void containerdsConfigurationWaitsUntilTheNodeIsSetUp() {
    Wiring.Wish patient = new Wiring.Wish(false, true, true, USUAL.ownNames());
    NodeStates fresh = looksIn().file("version = 2\n").processes("entrypoint").notJoined();

    Plan first = Wiring.plan("n", fresh.state(), LARDER, patient);

    assertThat(first.unfinished()).isTrue();
    assertThat(first.findings()).isEmpty();
    assertThat(first.steps())
        .extracting(Step::text)
        .singleElement()
        .asString()
        .contains("_default/hosts.toml");
    assertThat(Wiring.plan("n", looksIn(CERTS).notJoined().state(), LARDER, patient).unfinished())
        .isFalse();
    assertThat(
            Wiring.plan("n", looksIn().file("version = 2\n").state(), LARDER, patient).unfinished())
        .isFalse();
  }

  @Test
  void theFileKnowsTheFoldersThatWereMadeForIt() {
    Plan plan = Wiring.plan("n", looksIn(CERTS).missing(CERTS).state(), LARDER, USUAL);

    assertThat(plan.steps())
        .singleElement()
        .isInstanceOfSatisfying(
            Step.WriteFile.class,
            step ->
                assertThat(HostsToml.foldersOf(step.content()))
                    .containsExactly(CERTS, CERTS + "/_default"));
  }

  @Test
  void containerdIsRestartedWhenConfigPathIsTakenOutAgain() throws Exception {
    NodeState state = looksIn().file("version = 2\n").state();
    NodeState wired = NodeStates.after(state, Wiring.plan("n", state, LARDER, USUAL).steps());

    assertThat(Unwiring.plan("n", wired, true).steps())
        .extracting(step -> step.getClass().getSimpleName())
        .containsExactly("WriteFile", "RemoveFile", "RestartContainerd");
    assertThat(Unwiring.plan("n", wired, false).findings())
        .singleElement()
        .matches(Finding::isProblem);
  }
}
