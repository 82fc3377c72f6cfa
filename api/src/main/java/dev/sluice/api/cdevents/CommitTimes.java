package dev.sluice.api.cdevents;

import java.time.Duration;
import java.time.Instant;

/**
 * Decides when positions are committed: after records were read, and otherwise once a minute, so
 * that the broker does not take them for those of a group that no longer exists.
 */
final class CommitTimes {

  private static final Duration INTERVAL = Duration.ofMinutes(1);

  private Instant last;

  /** Creates the schedule of a consumer that starts now. */
  CommitTimes(Instant now) {
    this.last = now;
  }

  /**
   * Returns whether the positions are to be committed now.
   *
   * @param read whether records were read since the last question
   */
  boolean isDue(boolean read, Instant now) {
    boolean due = read || !now.isBefore(last.plus(INTERVAL));
    if (due) {
      last = now;
    }
    return due;
  }
}
