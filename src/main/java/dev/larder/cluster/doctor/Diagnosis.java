package dev.larder.cluster.doctor;

import java.util.ArrayList;
import java.util.List;

/**
 * What came of all checks.
 *
 * @param checks how many have been made
 * @param findings what is wrong, the worst first
 * @param notMade the checks that couldn't be made
 */
public record Diagnosis(int checks, List<Finding> findings, List<NotMade> notMade) {

  public Diagnosis {
    findings = List.copyOf(findings);
    notMade = List.copyOf(notMade);
  }

  /**
   * A check that couldn't be made: whether something is wrong isn't known.
   *
   * @param area what it looks at
   * @param subject where
   * @param why a sentence that says why
   */
  public record NotMade(Area area, String subject, String why) {}

  /** As this, with more checks that couldn't be made. */
  public Diagnosis without(List<NotMade> others) {
    List<NotMade> all = new ArrayList<>(notMade);
    all.addAll(others);
    return new Diagnosis(checks, findings, all);
  }

  /** Whether something doesn't work. */
  public boolean hasErrors() {
    return findings.stream().anyMatch(finding -> finding.severity() == Severity.ERROR);
  }
}
