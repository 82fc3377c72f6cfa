package dev.sluice.worker.lane;

import dev.sluice.worker.sync.LogEntry;
import java.time.Instant;
import java.util.Optional;

/** Where a lane is with its newest generation. */
sealed interface LaneState {

  /** Nothing to do. */
  record Idle() implements LaneState {}

  /** To be attempted for the first time. */
  record Queued(LogEntry entry, Instant due) implements LaneState {}

  /** Being attempted. */
  record Running(LogEntry entry, Tries tries) implements LaneState {}

  /** Failed for a reason that passes. */
  record Retrying(LogEntry entry, Tries tries, Instant due) implements LaneState {}

  /**
   * Does not go as things are.
   *
   * @param due when the slow timer tries again; empty if no timer does
   */
  record Parked(LogEntry entry, Tries tries, Outcome.Parked cause, Optional<Instant> due)
      implements LaneState {}

  /**
   * What was tried so far.
   *
   * @param failed attempts that failed
   * @param since when the first of them began
   * @param parked whether the generation was parked before
   */
  record Tries(int failed, Instant since, boolean parked) {

    static Tries begin(Instant now) {
      return new Tries(0, now, false);
    }

    Tries oneMore() {
      return new Tries(failed + 1, since, parked);
    }

    Tries park() {
      return new Tries(failed, since, true);
    }
  }
}
