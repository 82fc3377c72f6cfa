package dev.sluice.worker;

import dev.sluice.contract.event.ResultEvent;

/** Receives the results of a worker within this process. Must not block. */
@FunctionalInterface
public interface WorkerListener {

  /** Ignores all results. */
  WorkerListener NONE = _ -> {};

  /** Called when a result is on its way to the results topic. */
  void reported(ResultEvent result);
}
