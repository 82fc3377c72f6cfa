package dev.sluice.contract.fleet;

import java.util.List;

/**
 * Protection of an application's objects in the cluster: its API server refuses writes by others
 * than Sluice.
 *
 * @param allow names of users and groups of Kubernetes that may write, too; at most 50
 */
public record WriteProtection(List<String> allow) {

  private static final int MOST = 50;
  private static final int LONGEST = 253;

  public WriteProtection {
    allow = List.copyOf(allow);
    if (allow.size() > MOST) {
      throw new IllegalArgumentException("at most %d names may be allowed".formatted(MOST));
    }
    allow.forEach(WriteProtection::requireName);
  }

  /**
   * Checks the name of a user or a group of Kubernetes.
   *
   * @throws IllegalArgumentException if it is blank, too long, or has control characters
   */
  public static String requireName(String name) {
    if (name.isBlank()
        || name.length() > LONGEST
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "the name of a user or a group has 1 to %d characters, and no control characters"
              .formatted(LONGEST));
    }
    return name;
  }
}
