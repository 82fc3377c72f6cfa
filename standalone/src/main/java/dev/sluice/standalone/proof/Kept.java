package dev.sluice.standalone.proof;

/**
 * The records that the broker may remove from a topic, by its {@code cleanup.policy}.
 *
 * @param compacted records that a later one of their key replaces
 * @param deleted old records
 */
record Kept(boolean compacted, boolean deleted) {

  static Kept of(String cleanupPolicy) {
    return new Kept(cleanupPolicy.contains("compact"), cleanupPolicy.contains("delete"));
  }
}
