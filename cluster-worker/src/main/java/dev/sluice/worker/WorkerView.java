package dev.sluice.worker;

import java.util.Map;
import java.util.OptionalLong;

/**
 * How a worker is at one moment.
 *
 * @param isWell whether nothing keeps it from doing what its status says
 * @param lag records of the sync topic that are still to be read; empty if it reads none
 * @param lanes how many applications, by what their lane is doing
 * @param unreadableLedgers how many, by the code of the failure
 */
record WorkerView(
    WorkerStatus status,
    boolean isWell,
    OptionalLong lag,
    Map<String, Long> lanes,
    Map<String, Long> unreadableLedgers,
    boolean isUnreachable) {

  static WorkerView idle(WorkerStatus status, boolean isWell) {
    return new WorkerView(status, isWell, OptionalLong.empty(), Map.of(), Map.of(), false);
  }

  boolean isReady() {
    return status.isReady() && isWell;
  }
}
