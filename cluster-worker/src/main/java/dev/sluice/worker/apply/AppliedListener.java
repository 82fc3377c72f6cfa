package dev.sluice.worker.apply;

import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.SyncEvent;
import java.time.Instant;

/** Hears of every target that the cluster holds now and did not before. Must not block. */
@FunctionalInterface
public interface AppliedListener {

  /**
   * The cluster holds it.
   *
   * @param begunAt when the attempt began
   * @param again it is of the past: the cluster had lost it, or it is gone over once more, so that
   *     the time since the change says nothing
   */
  void applied(
      SyncEvent.Target target, Instant begunAt, ResultEvent.Timings timings, boolean again);
}
