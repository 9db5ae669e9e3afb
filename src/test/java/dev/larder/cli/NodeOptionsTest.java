package dev.larder.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.larder.cluster.Cluster;
import dev.larder.cluster.Node;
import dev.larder.engine.Container;
import dev.larder.engine.RestartPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class NodeOptionsTest {
  private static final Cluster ONE = cluster("one", "one-control-plane", "one-worker");
  private static final Cluster TWO = cluster("two", "two-control-plane");

  @Test
  void theOnlyClusterNeedsNoName() throws CommandException {
    assertThat(chosen(List.of(ONE), Map.of())).containsExactly("one: 2");
  }

  @Test
  void ofSeveralClustersOneHasToBeNamed() {
    assertThatThrownBy(() -> chosen(List.of(ONE, TWO), Map.of()))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("one, two");
  }

  @Test
  void kindsVariableNamesOne() throws CommandException {
    Map<String, String> environment = Map.of("KIND_CLUSTER_NAME", "two");

    assertThat(chosen(List.of(ONE, TWO), environment)).containsExactly("two: 1");
    assertThat(chosen(List.of(ONE, TWO), environment, "one")).containsExactly("one: 2");
    assertThat(chosen(List.of(ONE, TWO), environment, "--all")).containsExactly("one: 2", "two: 1");
  }

  @Test
  void severalCanBeNamedAndEachCountsOnce() throws CommandException {
    assertThat(chosen(List.of(ONE, TWO), Map.of(), "two", "one", "two"))
        .containsExactly("two: 1", "one: 2");
  }

  @Test
  void aNameThatNoClusterHasIsAMistakeThatNamesThoseThereAre() {
    assertThatThrownBy(() -> chosen(List.of(ONE, TWO), Map.of(), "three"))
        .isInstanceOf(CommandException.class)
        .hasMessage("no cluster is called three; there are one, two");
    assertThatThrownBy(() -> chosen(List.of(), Map.of(), "three"))
        .hasMessageContaining("there is none at all");
    assertThatThrownBy(() -> chosen(List.of(), Map.of())).hasMessageContaining("no cluster");
    assertThatThrownBy(() -> chosen(List.of(ONE), Map.of(), "--all", "one"))
        .hasMessageContaining("not both");
  }

  @Test
  void nodesCanBeNamedWithTheirClusterOrAlone() throws CommandException {
    assertThat(chosen(List.of(ONE, TWO), Map.of(), "--nodes=one-worker,two-control-plane"))
        .containsExactly("one: 1", "two: 1");
    assertThat(chosen(List.of(ONE, TWO), Map.of(), "one", "--nodes=one-worker"))
        .containsExactly("one: 1");
    assertThatThrownBy(() -> chosen(List.of(ONE), Map.of(), "--nodes=other"))
        .hasMessage("no node is called other");
  }

  private static List<String> chosen(
      List<Cluster> found, Map<String, String> environment, String... arguments)
      throws CommandException {
    NodeOptions options = CommandLine.populateCommand(new NodeOptions(), arguments);
    return options.chosen(found, environment).stream()
        .map(cluster -> cluster.name() + ": " + cluster.nodes().size())
        .toList();
  }

  private static Cluster cluster(String name, String... nodes) {
    return new Cluster(
        name,
        Cluster.Kind.KIND,
        Stream.of(nodes)
            .map(
                node -> new Node(container(node), name, Cluster.Kind.KIND, Node.Role.CONTROL_PLANE))
            .toList());
  }

  private static Container container(String name) {
    return new Container(
        name + "-id",
        name,
        "image",
        Map.of(),
        Container.State.RUNNING,
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        RestartPolicy.NO);
  }
}
