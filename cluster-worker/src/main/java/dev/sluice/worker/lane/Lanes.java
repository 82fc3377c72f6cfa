package dev.sluice.worker.lane;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.LargePayloads;
import dev.sluice.worker.sync.LogEntry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/** The lanes of a cluster: one for each application, of which a limited number run at once. */
public final class Lanes {

  private final Map<ApplicationName, Lane> lanes = new ConcurrentHashMap<>();
  private final Function<ApplicationName, Work> works;
  private final LaneResources shared;
  private final int concurrency;

  /**
   * Creates the lanes.
   *
   * @param works creates the work of a lane, once for each application
   * @param concurrency how many lanes run at once
   * @param inMemory limits the inputs of those that run by their size
   */
  public Lanes(
      Function<ApplicationName, Work> works,
      LanePolicy policy,
      int concurrency,
      LargePayloads inMemory,
      Breaker breaker,
      AttemptJournal journal,
      Clock clock) {
    this.works = works;
    this.concurrency = concurrency;
    this.shared =
        new LaneResources(
            policy,
            new Semaphore(concurrency, true),
            new Semaphore(4 * concurrency),
            inMemory,
            breaker,
            journal,
            clock);
  }

  /** Queues a record without its payload. */
  public void offer(LogEntry entry) {
    lane(entry.application()).offer(entry, Optional.empty());
  }

  /**
   * Queues a record with its payload. If many are waiting already, the payload is dropped and read
   * again later, since lanes keep few in memory.
   */
  public void offer(LogEntry entry, SyncEvent payload) {
    lane(entry.application()).offer(entry, Optional.of(payload));
  }

  /** Reports a record that a newer generation has replaced. */
  public void superseded(LogEntry entry, Generation by) {
    lane(entry.application()).report(new Effect.Superseded(entry, by));
  }

  /** Applies an application's newest generation again, since the cluster may have lost it. */
  public void applyAgain(ApplicationName application) {
    lane(application).applyAgain();
  }

  /** Compares an application's live objects with its newest generation, as soon as it is done. */
  public void check(ApplicationName application) {
    Lane lane = lanes.get(application);
    if (lane != null) {
      lane.check();
    }
  }

  /** Retries an application at once if it is parked because of the cluster's state. */
  public void wake(ApplicationName application) {
    Lane lane = lanes.get(application);
    if (lane != null) {
      lane.wake();
    }
  }

  /** Retries at once all applications that are parked for such a cause. */
  public void wakeParked(Predicate<Outcome.Parked> cause) {
    lanes.values().forEach(lane -> lane.wake(cause));
  }

  /** Returns the number of lanes in each state, including states with none. */
  public Map<String, Long> phases() {
    Map<String, Long> phases = new TreeMap<>();
    for (String phase : List.of("idle", "queued", "running", "retrying", "parked")) {
      phases.put(phase, 0L);
    }
    lanes.values().forEach(lane -> phases.merge(lane.phase(), 1L, Long::sum));
    return phases;
  }

  /** Returns whether the lanes wait because the cluster's API does not answer. */
  public boolean isApiUnreachable() {
    return shared.breaker().isOpen();
  }

  /** Returns whether no lane has anything to do. */
  public boolean areIdle() {
    return lanes.values().stream().allMatch(Lane::isIdle);
  }

  /**
   * Ends all lanes, and waits until they have ended.
   *
   * @param grace how long running attempts may take to finish; none begins in that time. Afterwards
   *     they are interrupted, perhaps within a call; the ledger shows what they had begun
   */
  public void stop(Duration grace) throws InterruptedException {
    // holding all permits means that nothing runs
    boolean quiet =
        shared.running().tryAcquire(concurrency, grace.toMillis(), TimeUnit.MILLISECONDS);
    lanes.values().forEach(Lane::interrupt);
    if (quiet) {
      // an attempt that pauses needs its permit back to finish
      shared.running().release(concurrency);
    }
    for (Lane lane : lanes.values()) {
      lane.join();
    }
  }

  private Lane lane(ApplicationName application) {
    return lanes.computeIfAbsent(
        application,
        name -> {
          Lane lane = new Lane(name, works.apply(name), shared);
          lane.start();
          return lane;
        });
  }
}
