package dev.sluice.worker.apply;

import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import java.time.Instant;

/** Receives every target that was applied to the cluster. Must not block. */
@FunctionalInterface
public interface AppliedListener {

  /**
   * Called when a target was applied.
   *
   * @param begunAt when the attempt began
   * @param again whether the cluster had this target before, or may have, so that the time since
   *     the change means nothing
   */
  void applied(
      SyncEvent.Target target, Instant begunAt, ResultEvent.Timings timings, boolean again);
}
