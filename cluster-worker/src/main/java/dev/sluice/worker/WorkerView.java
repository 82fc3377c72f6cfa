package dev.sluice.worker;

import dev.sluice.contract.failure.FailureCode;
import java.util.Map;
import java.util.OptionalLong;

/**
 * State of a worker at one moment.
 *
 * @param isWell whether the worker has no problem in its current status
 * @param lag records of the sync topic that are still to be read; empty if it reads none
 * @param lanes number of applications by the state of their lane
 * @param unreadableLedgers number of ledgers by failure code
 */
record WorkerView(
    WorkerStatus status,
    boolean isWell,
    OptionalLong lag,
    Map<String, Long> lanes,
    Map<FailureCode, Long> unreadableLedgers,
    boolean isUnreachable) {

  static WorkerView idle(WorkerStatus status, boolean isWell) {
    return new WorkerView(status, isWell, OptionalLong.empty(), Map.of(), Map.of(), false);
  }

  boolean isReady() {
    return status.isReady() && isWell;
  }
}
