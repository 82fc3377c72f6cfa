package dev.sluice.worker.lane;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.sync.LogEntry;
import java.time.Duration;
import java.time.Instant;

/** A transition of a lane that has to be reported. */
public sealed interface Effect {

  LogEntry entry();

  /** A newer generation replaced it before it was done. */
  record Superseded(LogEntry entry, Generation by) implements Effect {}

  /** It failed transiently. */
  record Retrying(LogEntry entry, int attempt, Duration delay, Failure failure) implements Effect {}

  /**
   * It failed and waits for a change.
   *
   * @param since when it was first attempted
   */
  record Parked(LogEntry entry, int attempts, Instant since, Failure failure, Wake wake)
      implements Effect {}
}
