package dev.sluice.worker.lane;

import java.time.Clock;
import java.util.concurrent.Semaphore;

/**
 * The resources that the lanes of a cluster share.
 *
 * @param running a permit for each attempt that may run
 * @param payloads a permit for each payload that may be kept in memory
 */
record LaneResources(
    LanePolicy policy,
    Semaphore running,
    Semaphore payloads,
    Breaker breaker,
    AttemptJournal journal,
    Clock clock) {}
