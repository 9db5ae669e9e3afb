package dev.larder.cluster;

import java.util.List;

/**
 * What is to be done in a node, in this order, and what is to be said about it.
 *
 * @param steps what is to be done; empty where all is as it should be, or nothing may be done
 * @param findings what a person should know
 * @param unfinished whether there is more to do, that has to wait until the node is set up
 */
record Plan(List<Step> steps, List<Finding> findings, boolean unfinished) {
  Plan {
    steps = List.copyOf(steps);
    findings = List.copyOf(findings);
  }

  static Plan refusal(Finding finding) {
    return new Plan(List.of(), List.of(finding), false);
  }
}
