package dev.sluice.worker.lane;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.worker.report.ReportException;
import dev.sluice.worker.sync.LogEntry;
import java.util.Optional;

/**
 * What a lane does for its application. Called by the lane's thread, where nothing else is said.
 */
public interface Work {

  /**
   * Attempts a generation.
   *
   * @param payload the record itself, where it is at hand
   */
  Outcome attempt(LogEntry entry, Optional<SyncEvent> payload, Pace pace)
      throws InterruptedException;

  /** The cluster may have lost what was done: look before believing it. Any thread may say so. */
  void distrust();

  /**
   * Tells what a transition has to be told.
   *
   * @throws ReportException if the broker or the cluster did not take it: it is told again
   */
  void tell(Effect effect) throws ReportException, InterruptedException;
}
