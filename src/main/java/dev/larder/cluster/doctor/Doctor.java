package dev.larder.cluster.doctor;

import dev.larder.cluster.Cluster;
import dev.larder.cluster.Node;
import dev.larder.cluster.Reach;
import dev.larder.deploy.Deployment;
import dev.larder.engine.Endpoint;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import dev.larder.engine.Network;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Makes all checks, whatever comes of each. */
public final class Doctor {
  private final Engine engine;
  private final Reach reach;
  private final Optional<Deployment> larder;
  private final List<Check> checks = new ArrayList<>();
  private final List<Diagnosis.NotMade> notMade = new ArrayList<>();

  /** Is told how far the examination is. */
  @FunctionalInterface
  public interface Progress {
    void report(int done, int total);
  }

  private Doctor(Engine engine, Reach reach) throws EngineException {
    this.engine = engine;
    this.reach = reach;
    this.larder = Deployment.find(engine);
  }

  /**
   * What there is to say where no engine answers.
   *
   * @param why what was tried and what to do
   */
  public static Diagnosis withoutEngine(EngineException why) {
    Finding finding =
        new Finding(
            Area.ENGINE,
            Severity.ERROR,
            "engine",
            "no container engine answers",
            String.valueOf(why.getMessage()));
    return new Diagnosis(
        1,
        List.of(finding),
        EnumSet.complementOf(EnumSet.of(Area.ENGINE)).stream()
            .map(area -> new Diagnosis.NotMade(area, "engine", "no container engine answers"))
            .toList());
  }

  /**
   * Examines an engine, Larder and clusters.
   *
   * @param reach where nodes are to find Larder
   * @param all all clusters of the engine
   * @param wanted those that are looked at
   * @param progress is told how many checks have been made, and how many there are
   * @throws EngineException if not even Larder's container can be looked for
   */
  public static Diagnosis examine(
      Engine engine, Reach reach, List<Cluster> all, List<Cluster> wanted, Progress progress)
      throws EngineException {
    Doctor doctor = new Doctor(engine, reach);
    doctor.lookAtEngine(all, wanted);
    doctor.lookAtLarder();
    for (Cluster cluster : wanted) {
      cluster.nodes().forEach(doctor::lookAtNode);
      doctor.lookAtCluster(cluster);
    }
    return make(doctor.checks, doctor.notMade, progress);
  }

  /** Makes those checks. One that can't be made holds no other up. */
  static Diagnosis make(List<Check> checks, List<Diagnosis.NotMade> impossible, Progress progress) {
    int done = 0;
    List<Finding> findings = new ArrayList<>();
    List<Diagnosis.NotMade> notMade = new ArrayList<>(impossible);
    for (Check check : checks) {
      progress.report(done++, checks.size());
      try {
        findings.addAll(check.run());
      } catch (CheckException | IOException e) {
        notMade.add(
            new Diagnosis.NotMade(check.area(), check.subject(), String.valueOf(e.getMessage())));
      }
    }
    findings.sort(Comparator.comparing(Finding::severity));
    int made = checks.size() + impossible.size() - notMade.size();
    return new Diagnosis(made, findings, notMade);
  }

  private void lookAtEngine(List<Cluster> all, List<Cluster> wanted) {
    checks.add(new EngineCheck(engine));
    List<Node> nodes = nodes(wanted);
    Optional<Node> running = nodes.stream().filter(Node::running).findFirst();
    if (running.isPresent()) {
      checks.add(new DiskCheck(new NodeShell(engine, running.get())));
    } else {
      cant(Area.DISK, "engine", "no node runs from which to look");
    }
    Set<String> names = nodes(all).stream().map(Node::name).collect(Collectors.toSet());
    for (String network : networks(nodes)) {
      checks.add(new RestartingContainers(engine, network, names));
    }
  }

  private static List<Node> nodes(List<Cluster> clusters) {
    return clusters.stream().flatMap(cluster -> cluster.nodes().stream()).toList();
  }

  /** The nodes' networks, but for the default bridge, where nobody can choose an address. */
  private static Set<String> networks(List<Node> nodes) {
    Set<String> networks = new TreeSet<>();
    for (Node node : nodes) {
      node.container().endpoints().forEach(endpoint -> networks.add(endpoint.network()));
    }
    networks.remove(Network.DEFAULT_BRIDGE);
    return networks;
  }

  private void lookAtLarder() {
    if (!(reach instanceof Reach.Own)) {
      return; // it runs elsewhere, or beside the engine
    }
    checks.add(new LarderCheck(larder));
    if (running().isPresent()) {
      checks.add(new PublishedPort(running().get(), engine.address()));
    } else {
      cant(Area.PORT, Deployment.NAME, "Larder's container doesn't run");
    }
  }

  private Optional<Deployment> running() {
    return larder.filter(Deployment::running);
  }

  private void lookAtNode(Node node) {
    NodeShell shell = new NodeShell(engine, node);
    checks.add(new NodeCheck(node));
    if (node.role() == Node.Role.CONTROL_PLANE) {
      checks.add(new TakenAddress(shell));
    }
    try {
      lookAtWay(shell, reach.from(node, true).fromNode());
    } catch (EngineException | Reach.UnreachableException e) {
      for (Area area : List.of(Area.NETWORK, Area.CONTAINERD, Area.NAMES, Area.PROXY)) {
        cant(area, node.name(), String.valueOf(e.getMessage()));
      }
    }
  }

  /** The way from a node to Larder at {@code url}. */
  private void lookAtWay(NodeShell shell, URI url) {
    Node node = shell.node();
    Set<String> addresses = Set.of();
    if (reach instanceof Reach.Own && running().isPresent()) {
      NetworkCheck network = new NetworkCheck(node, running().get());
      checks.add(network);
      if (!network.run().isEmpty()) {
        for (Area area : List.of(Area.CONTAINERD, Area.NAMES, Area.PROXY)) {
          cant(area, node.name(), "Larder isn't on the node's network");
        }
        return;
      }
      addresses =
          running().get().container().endpoints().stream()
              .map(Endpoint::address)
              .flatMap(Optional::stream)
              .collect(Collectors.toSet());
    }
    checks.add(new WiringCheck(engine, reach, node));
    checks.add(new NameCheck(shell, url, addresses));
    checks.add(new ProxyCheck(shell, url));
  }

  private void lookAtCluster(Cluster cluster) {
    checks.add(new HostingCheck(engine, cluster, host(cluster.nodes().getFirst())));
  }

  /** Where Larder is for tools of this machine; why it is nowhere, other checks say. */
  private Optional<String> host(Node node) {
    try {
      return Optional.of(reach.from(node, true).fromHost());
    } catch (EngineException | Reach.UnreachableException e) {
      return Optional.empty();
    }
  }

  private void cant(Area area, String subject, String why) {
    notMade.add(new Diagnosis.NotMade(area, subject, why));
  }
}
