package dev.sluice.worker.lane;

import dev.sluice.worker.sync.LogEntry;
import java.time.Instant;
import java.util.Optional;

/** The state of a lane's newest generation. */
sealed interface LaneState {

  /** There is nothing to do. */
  record Idle() implements LaneState {}

  /** It waits for its first attempt. */
  record Queued(LogEntry entry, Instant due) implements LaneState {}

  /** An attempt is running. */
  record Running(LogEntry entry, Tries tries) implements LaneState {}

  /**
   * Live objects are compared with the generation that is done.
   *
   * @param before idle if that is the newest generation, or parked
   */
  record Checking(LogEntry entry, LaneState before) implements LaneState {}

  /** It failed transiently and is retried. */
  record Retrying(LogEntry entry, Tries tries, Instant due) implements LaneState {}

  /**
   * It failed and waits for a change.
   *
   * @param due when the slow timer retries it; empty if no timer does
   */
  record Parked(LogEntry entry, Tries tries, Outcome.Parked cause, Optional<Instant> due)
      implements LaneState {

    Parked dueAt(Instant time) {
      return new Parked(entry, tries, cause, Optional.of(time));
    }
  }

  /**
   * The attempts so far.
   *
   * @param failed number of failed attempts
   * @param since when the first of them began
   * @param parked whether the generation was parked before
   */
  record Tries(int failed, Instant since, boolean parked) {

    static Tries begin(Instant now) {
      return new Tries(0, now, false);
    }

    Tries withFailure() {
      return new Tries(failed + 1, since, parked);
    }

    Tries park() {
      return new Tries(failed, since, true);
    }
  }
}
