package dev.larder.cluster;

import dev.larder.engine.Engine;
import dev.larder.engine.EngineException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Wires nodes, and undoes it: reads, decides, does, looks. */
public final class NodeWiring {
  private final Reach reach;
  private final Wishes wishes;
  private final NodeReader reader;
  private final NodeWriter writer;
  private final Probe probe;

  /**
   * What is wanted of nodes.
   *
   * @param strict whether what Larder hasn't got isn't asked for at the origin
   * @param restartContainerd whether it may be restarted where that is needed
   * @param look whether nothing may be changed
   * @param probe whether wired nodes are to pull something, to see that it works
   */
  public record Wishes(boolean strict, boolean restartContainerd, boolean look, boolean probe) {}

  /**
   * @param reach where Larder is
   * @param wishes what is wanted
   * @param probeImage the name of the image that Larder has for probes, without a tag
   */
  public NodeWiring(Engine engine, Reach reach, Wishes wishes, String probeImage) {
    this.reach = reach;
    this.wishes = wishes;
    this.reader = new NodeReader(engine);
    this.writer = new NodeWriter(engine);
    this.probe = new Probe(engine, probeImage);
  }

  /** Wires a node. What stands in the way is in the report. */
  public NodeReport attach(Node node) {
    return attach(node, false);
  }

  /**
   * Wires a node.
   *
   * @param patient whether what can't be done before the node is set up is left undone
   */
  NodeReport attach(Node node, boolean patient) {
    if (!node.running()) {
      return NodeReport.refused(
          node,
          Finding.problem(
              node.name() + " isn't running",
              "docker start %s, and attach again".formatted(node.name())));
    }
    try {
      Reach.Names names = reach.from(node, wishes.look());
      URI larder = names.fromNode();
      NodeState state = reader.read(node);
      Plan plan =
          Wiring.plan(
              node.name(),
              state,
              larder,
              new Wiring.Wish(
                  wishes.strict(), wishes.restartContainerd(), patient, ownNames(names)));
      List<Finding> findings = new ArrayList<>(plan.findings());
      if (!wishes.look()) {
        findings.addAll(carryOut(node, plan.steps()));
      }
      Optional<Probe.Result> pull = Optional.empty();
      if (wishes.probe() && !wishes.look() && findings.stream().noneMatch(Finding::isProblem)) {
        pull = Optional.of(probe.pull(node, state.searched().getFirst()));
        pull.filter(result -> !result.arrived())
            .ifPresent(result -> findings.add(Probe.finding(node, larder, result)));
      }
      return new NodeReport(
          node, Optional.of(larder), plan.steps(), pull, findings, plan.unfinished());
    } catch (Reach.UnreachableException e) {
      return NodeReport.refused(node, e.finding());
    } catch (EngineException e) {
      return failed(node, e);
    }
  }

  /** Makes a node what it was before. What stands in the way is in the report. */
  public NodeReport detach(Node node) {
    if (!node.running()) {
      return NodeReport.refused(
          node,
          Finding.problem(
              node.name() + " isn't running",
              "docker start %s, and detach again; or delete the cluster".formatted(node.name())));
    }
    try {
      Plan plan = Unwiring.plan(node.name(), reader.read(node), wishes.restartContainerd());
      List<Finding> findings = new ArrayList<>(plan.findings());
      if (!wishes.look()) {
        findings.addAll(carryOut(node, plan.steps()));
      }
      return new NodeReport(
          node, Optional.empty(), plan.steps(), Optional.empty(), findings, false);
    } catch (EngineException e) {
      return failed(node, e);
    }
  }

  /** Does the steps up to one that can't be done. */
  private List<Finding> carryOut(Node node, List<Step> steps) throws EngineException {
    for (Step step : steps) {
      Optional<Finding> obstacle = writer.carryOut(node, step);
      if (obstacle.isPresent()) {
        return List.of(obstacle.get());
      }
    }
    return List.of();
  }

  private static Set<String> ownNames(Reach.Names names) {
    String host = names.fromHost();
    return new HashSet<>(List.of(host, host.replace("localhost:", "127.0.0.1:")));
  }

  private static NodeReport failed(Node node, EngineException e) {
    return NodeReport.refused(
        node,
        Finding.problem(
            "%s: %s".formatted(node.name(), e.getMessage()), "see that the node is well"));
  }
}
