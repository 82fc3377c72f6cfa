package dev.sluice.platform.kafka;

import java.util.Optional;

/**
 * Replication factor and minimum of in-sync replicas of the topics.
 *
 * @param factor replicas of each partition; empty for three, or one for each broker if there are
 *     fewer
 * @param minInsync in-sync replicas that a write requires; empty for one less than the replicas, so
 *     that one broker may fail, but at least one
 */
public record Replication(Optional<Integer> factor, Optional<Integer> minInsync) {

  /** Up to three replicas, depending on the number of brokers. */
  public static final Replication AUTOMATIC = new Replication(Optional.empty(), Optional.empty());

  private static final int USUAL = 3;

  public Replication {
    if (factor.isPresent() && minInsync.isPresent() && minInsync.get() > factor.get()) {
      throw new IllegalArgumentException(
          "min-insync-replicas %d is more than replication-factor %d: nothing could be written"
              .formatted(minInsync.get(), factor.get()));
    }
  }

  int factor(int brokers) {
    return factor.orElse(Math.max(1, Math.min(USUAL, brokers)));
  }

  /** Returns the minimum of in-sync replicas for topics with this many replicas. */
  int minInsync(int copies) {
    return minInsync.orElse(Math.max(1, copies - 1));
  }
}
