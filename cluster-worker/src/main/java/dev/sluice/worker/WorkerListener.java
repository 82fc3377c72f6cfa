package dev.sluice.worker;

import dev.sluice.contract.event.ResultEvent;

/** Who wants to hear in this process what the worker reports. Must not block. */
@FunctionalInterface
public interface WorkerListener {

  /** Hears nothing. */
  WorkerListener NONE = _ -> {};

  /** A result is on its way to the results topic. */
  void reported(ResultEvent result);
}
