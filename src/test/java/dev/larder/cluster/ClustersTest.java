package dev.larder.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.engine.Container;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClustersTest {

  @Test
  void kindsNodesAreFoundByTheirLabelsControlPlaneFirst() {
    List<Cluster> clusters =
        Clusters.of(
            List.of(
                kind("dev-worker2", "dev", "worker"),
                kind("dev-worker", "dev", "worker"),
                kind("dev-control-plane", "dev", "control-plane")));

    assertThat(clusters).hasSize(1);
    assertThat(clusters.getFirst().name()).isEqualTo("dev");
    assertThat(clusters.getFirst().kind()).isEqualTo(Cluster.Kind.KIND);
    assertThat(clusters.getFirst().nodes())
        .extracting(Node::name)
        .containsExactly("dev-control-plane", "dev-worker", "dev-worker2");
    assertThat(clusters.getFirst().nodes())
        .extracting(Node::role)
        .containsExactly(Node.Role.CONTROL_PLANE, Node.Role.WORKER, Node.Role.WORKER);
  }

  @Test
  void loadBalancersEtcdAndRegistriesAreNoNodes() {
    assertThat(
            Clusters.of(
                List.of(
                    kind("dev-external-load-balancer", "dev", "external-load-balancer"),
                    kind("dev-external-etcd", "dev", "external-etcd"),
                    k3d("k3d-dev-serverlb", "dev", "loadbalancer"),
                    k3d("k3d-dev-registry", "dev", "registry"),
                    TestContainers.running("larder", Map.of("app", "k3d", "k3d.role", "registry")),
                    TestContainers.running("some", Map.of()))))
        .isEmpty();
  }

  @Test
  void aClusterWithAnExternalLoadBalancerIsStillKinds() {
    assertThat(
            Clusters.of(
                List.of(
                    kind("dev-external-load-balancer", "dev", "external-load-balancer"),
                    kind("dev-control-plane3", "dev", "control-plane"))))
        .extracting(Cluster::kind)
        .containsExactly(Cluster.Kind.KIND);
  }

  @Test
  void clusterApisNodesAreToldApartByTheirFailureDomain() {
    Container node =
        TestContainers.running(
            "dev-control-plane",
            Map.of(
                "io.x-k8s.kind.cluster", "dev",
                "io.x-k8s.kind.role", "control-plane",
                "io.x-k8s.cluster.failureDomain", "fd1"));

    assertThat(Clusters.of(List.of(node)))
        .extracting(Cluster::kind)
        .containsExactly(Cluster.Kind.CAPD);
  }

  @Test
  void clusterApisNodesAreToldApartByTheirNames() {
    assertThat(
            Clusters.of(
                List.of(
                    kind("dev-lb", "dev", "external-load-balancer"),
                    kind("dev-md-0-x7k2p-q9", "dev", "worker"),
                    kind("dev-8jwz4", "dev", "control-plane"))))
        .singleElement()
        .satisfies(
            cluster -> {
              assertThat(cluster.kind()).isEqualTo(Cluster.Kind.CAPD);
              assertThat(cluster.nodes())
                  .extracting(Node::name)
                  .containsExactly("dev-8jwz4", "dev-md-0-x7k2p-q9");
            });
  }

  @Test
  void k3dsServersAndAgentsAreNodes() {
    assertThat(
            Clusters.of(
                List.of(
                    k3d("k3d-dev-agent-0", "dev", "agent"),
                    k3d("k3d-dev-server-0", "dev", "server"))))
        .singleElement()
        .satisfies(
            cluster -> {
              assertThat(cluster.kind()).isEqualTo(Cluster.Kind.K3D);
              assertThat(cluster.nodes())
                  .extracting(Node::name)
                  .containsExactly("k3d-dev-server-0", "k3d-dev-agent-0");
            });
  }

  @Test
  void minikubesNodesBelongToTheClusterThatTheirNamesBeginWith() {
    assertThat(
            Clusters.of(
                List.of(minikube("minikube-m02"), minikube("minikube"), minikube("arm-m99"))))
        .extracting(cluster -> cluster.name() + ": " + cluster.nodes().size())
        .containsExactly("arm-m99: 1", "minikube: 2");
  }

  @Test
  void clustersOfTwoToolsMayHaveOneName() {
    assertThat(
            Clusters.of(
                List.of(
                    k3d("k3d-dev-server-0", "dev", "server"),
                    kind("dev-control-plane", "dev", "control-plane"))))
        .extracting(Cluster::kind)
        .containsExactly(Cluster.Kind.KIND, Cluster.Kind.K3D);
  }

  @Test
  void nodesThatDoNotRunAreFoundToo() {
    Container stopped =
        TestContainers.container(
            "dev-control-plane",
            Map.of("io.x-k8s.kind.cluster", "dev", "io.x-k8s.kind.role", "control-plane"),
            Container.State.EXITED,
            List.of());

    assertThat(Clusters.of(List.of(stopped)).getFirst().nodes())
        .singleElement()
        .satisfies(node -> assertThat(node.running()).isFalse());
  }

  private static Container kind(String name, String cluster, String role) {
    return TestContainers.running(
        name, Map.of("io.x-k8s.kind.cluster", cluster, "io.x-k8s.kind.role", role));
  }

  private static Container k3d(String name, String cluster, String role) {
    return TestContainers.running(
        name, Map.of("app", "k3d", "k3d.cluster", cluster, "k3d.role", role));
  }

  private static Container minikube(String name) {
    return TestContainers.running(
        name,
        Map.of(
            "created_by.minikube.sigs.k8s.io", "true",
            "name.minikube.sigs.k8s.io", name,
            "role.minikube.sigs.k8s.io", ""));
  }
}
