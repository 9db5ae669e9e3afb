package dev.larder.cluster.doctor;

import java.util.Locale;

/** How bad a finding is. */
public enum Severity {
  /** Something doesn't work. */
  ERROR,
  /** It works, and may stop doing so. */
  WARNING,
  /** Good to know. */
  NOTE;

  /** As it is printed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
