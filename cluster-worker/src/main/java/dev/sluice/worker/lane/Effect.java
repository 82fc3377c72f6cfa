package dev.sluice.worker.lane;

import dev.sluice.contract.event.Failure;
import dev.sluice.worker.sync.LogEntry;
import java.time.Duration;
import java.time.Instant;

/** What a lane's transition has to be told to the outside. */
public sealed interface Effect {

  LogEntry entry();

  /** A newer generation took its place before it was done. */
  record Superseded(LogEntry entry, long by) implements Effect {}

  /** It failed for a reason that passes. */
  record Retrying(LogEntry entry, int attempt, Duration delay, Failure failure) implements Effect {}

  /**
   * It does not go as things are.
   *
   * @param since when it was first attempted
   */
  record Parked(LogEntry entry, int attempts, Instant since, Failure failure, Wake wake)
      implements Effect {}
}
