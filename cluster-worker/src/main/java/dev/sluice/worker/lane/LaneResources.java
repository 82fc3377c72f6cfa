package dev.sluice.worker.lane;

import dev.sluice.platform.process.LargePayloads;
import java.time.Clock;
import java.util.concurrent.Semaphore;

/**
 * The resources that the lanes of a cluster share.
 *
 * @param running a permit for each attempt that may run
 * @param payloads a permit for each payload that may be kept in memory until an attempt
 * @param inMemory limits the inputs of attempts and checks by their size
 */
record LaneResources(
    LanePolicy policy,
    Semaphore running,
    Semaphore payloads,
    LargePayloads inMemory,
    Breaker breaker,
    AttemptJournal journal,
    Clock clock) {}
