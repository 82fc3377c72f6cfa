package dev.sluice.worker.lane;

import dev.sluice.worker.report.ReportException;
import dev.sluice.worker.sync.LogEntry;

/** The work of a lane for its application. Called by the lane's thread unless stated otherwise. */
public interface Work {

  /**
   * Attempts a generation.
   *
   * @param received the generation's record
   */
  Outcome attempt(LogEntry entry, Received received, Pace pace) throws InterruptedException;

  /**
   * Compares the live objects that differ from a generation that is done, and puts them back if the
   * policy says so.
   */
  CheckOutcome check(LogEntry entry, Pace pace) throws InterruptedException;

  /** Invalidates cached state, since the cluster may have lost it. Called by any thread. */
  void invalidate();

  /**
   * Reports a transition.
   *
   * @throws ReportException if the broker or the cluster did not accept it; it is reported again
   */
  void report(Effect effect) throws ReportException, InterruptedException;
}
