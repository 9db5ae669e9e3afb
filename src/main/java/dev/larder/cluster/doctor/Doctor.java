package dev.larder.cluster.doctor;

import dev.larder.cluster.Cluster;
import dev.larder.cluster.Node;
import dev.larder.deploy.Deployment;
import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Makes all checks, whatever comes of each. */
public final class Doctor {
  private final Engine engine;
  private final Optional<Deployment> larder;

  /**
   * @param larder Larder's container, if it has one
   */
  public Doctor(Engine engine, Optional<Deployment> larder) {
    this.engine = engine;
    this.larder = larder;
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
   * Examines the engine, Larder and those clusters.
   *
   * @param all all clusters of the engine, whose nodes count as such
   * @param wanted those that are looked at
   * @param progress is told what is looked at
   */
  public Diagnosis examine(List<Cluster> all, List<Cluster> wanted, Consumer<String> progress) {
    List<Finding> findings = new ArrayList<>();
    List<Diagnosis.NotMade> notMade = new ArrayList<>();
    int made = 0;
    for (Check check : checks(all, wanted, notMade)) {
      progress.accept("looking at %s of %s".formatted(check.area(), check.subject()));
      try {
        findings.addAll(check.run());
        made++;
      } catch (CheckException | IOException e) {
        notMade.add(
            new Diagnosis.NotMade(check.area(), check.subject(), String.valueOf(e.getMessage())));
      }
    }
    findings.sort(Comparator.comparing(Finding::severity));
    return new Diagnosis(made, findings, notMade);
  }

  private List<Check> checks(
      List<Cluster> all, List<Cluster> wanted, List<Diagnosis.NotMade> notMade) {
    List<Node> nodes = wanted.stream().flatMap(cluster -> cluster.nodes().stream()).toList();
    List<Check> checks = new ArrayList<>();
    checks.add(new EngineCheck(engine));
    checks.add(new LarderCheck(larder));
    Optional<Deployment> running = larder.filter(Deployment::running);
    if (running.isPresent()) {
      checks.add(new PublishedPort(running.get(), engine.address()));
    } else {
      notMade.add(withoutLarder(Area.PORT, Deployment.NAME));
    }
    addDisk(checks, nodes, notMade);
    Set<String> names =
        all.stream()
            .flatMap(cluster -> cluster.nodes().stream())
            .map(Node::name)
            .collect(Collectors.toSet());
    for (String network : networks(nodes)) {
      checks.add(new RestartingContainers(engine, network, names));
    }
    for (Cluster cluster : wanted) {
      for (Node node : cluster.nodes()) {
        addNode(checks, node, running, notMade);
      }
      checks.add(new HostingCheck(engine, cluster, running.flatMap(Deployment::hostPort)));
    }
    return checks;
  }

  private void addDisk(List<Check> checks, List<Node> nodes, List<Diagnosis.NotMade> notMade) {
    nodes.stream()
        .filter(Node::running)
        .findFirst()
        .ifPresentOrElse(
            node -> checks.add(new DiskCheck(new NodeShell(engine, node))),
            () ->
                notMade.add(
                    new Diagnosis.NotMade(
                        Area.DISK, "engine", "there is no running node to look from")));
  }

  private void addNode(
      List<Check> checks,
      Node node,
      Optional<Deployment> running,
      List<Diagnosis.NotMade> notMade) {
    NodeShell shell = new NodeShell(engine, node);
    checks.add(new NodeCheck(node));
    if (node.role() == Node.Role.CONTROL_PLANE) {
      checks.add(new TakenAddress(shell));
    }
    if (running.isEmpty()) {
      for (Area area : List.of(Area.NETWORK, Area.NAMES, Area.PROXY)) {
        notMade.add(withoutLarder(area, node.name()));
      }
      return;
    }
    checks.add(new NetworkCheck(node, running.get()));
  }

  private static Diagnosis.NotMade withoutLarder(Area area, String subject) {
    return new Diagnosis.NotMade(area, subject, "Larder's container doesn't run");
  }

  /** The networks of the nodes, but the default bridge, where nobody can choose an address. */
  private static Set<String> networks(List<Node> nodes) {
    Set<String> networks = new TreeSet<>();
    for (Node node : nodes) {
      node.container().endpoints().forEach(endpoint -> networks.add(endpoint.network()));
    }
    networks.remove(dev.larder.engine.Network.DEFAULT_BRIDGE);
    return networks;
  }
}
