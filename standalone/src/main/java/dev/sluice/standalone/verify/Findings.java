package dev.sluice.standalone.verify;

import java.util.List;

/**
 * The result of a check. The guarantees hold if both lists are empty; what could not be compared is
 * neither a violation nor a success.
 *
 * @param violations guarantees that do not hold
 * @param incomparable what could not be compared, with the reason
 */
public record Findings(List<Violation> violations, List<Incomparable> incomparable) {

  public Findings {
    violations = List.copyOf(violations);
    incomparable = List.copyOf(incomparable);
  }

  /**
   * Part of the check that could not be carried out.
   *
   * @param where the application, cluster, kind or object
   */
  public record Incomparable(String where, String reason) {
    @Override
    public String toString() {
      return "%s: could not be compared: %s".formatted(where, reason);
    }
  }

  /** Returns whether everything was compared, and no guarantee is violated. */
  public boolean isEmpty() {
    return violations.isEmpty() && incomparable.isEmpty();
  }

  /** Returns whether everything was compared and how many guarantees do not hold, in one line. */
  public String summary() {
    if (isEmpty()) {
      return "all guarantees hold";
    }
    String compared =
        incomparable.isEmpty() ? "" : "%d could not be compared".formatted(incomparable.size());
    String violated = violations.isEmpty() ? "" : "%d violations".formatted(violations.size());
    return violated + (violated.isEmpty() || compared.isEmpty() ? "" : ", ") + compared;
  }
}
