package dev.sluice.platform.kafka;

import java.util.Optional;

/**
 * How often the topics are kept, and how many copies a write waits for.
 *
 * @param factor copies of each partition; empty: three where there are as many brokers, else one
 *     for each broker
 * @param minInsync copies that have to be there for a write to be accepted; empty: one less than
 *     there are, so that a broker may fail, and at least one
 */
public record Replication(Optional<Integer> factor, Optional<Integer> minInsync) {

  /** As many as the brokers allow, up to three. */
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

  /** For topics of this many copies. */
  int minInsync(int copies) {
    return minInsync.orElse(Math.max(1, copies - 1));
  }
}
