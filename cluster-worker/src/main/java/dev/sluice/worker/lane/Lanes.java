package dev.sluice.worker.lane;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
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

/** The lanes of a cluster: one for each application, so many at work at once. */
public final class Lanes {

  private final Map<ApplicationName, Lane> lanes = new ConcurrentHashMap<>();
  private final Function<ApplicationName, Work> works;
  private final Lane.Shared shared;
  private final int concurrency;

  /**
   * @param works makes what a lane does, once for each application
   * @param concurrency how many lanes work at once
   */
  public Lanes(
      Function<ApplicationName, Work> works,
      LanePolicy policy,
      int concurrency,
      Breaker breaker,
      AttemptJournal journal,
      Clock clock) {
    this.works = works;
    this.concurrency = concurrency;
    this.shared =
        new Lane.Shared(
            policy,
            new Semaphore(concurrency, true),
            new Semaphore(4 * concurrency),
            breaker,
            journal,
            clock);
  }

  /** Takes a record whose payload is not at hand. */
  public void offer(LogEntry entry) {
    lane(entry.application()).offer(entry, Optional.empty());
  }

  /**
   * Takes a record with its payload. When much is waiting already, the payload is let go and read
   * again later: lanes hold few in memory.
   */
  public void offer(LogEntry entry, SyncEvent payload) {
    lane(entry.application()).offer(entry, Optional.of(payload));
  }

  /** Has it told that this record of the past was superseded. */
  public void superseded(LogEntry entry, long by) {
    lane(entry.application()).tell(new Effect.Superseded(entry, by));
  }

  /** Does an application's newest generation again, since the cluster may have lost it. */
  public void again(ApplicationName application) {
    lane(application).again();
  }

  /** Has an attempt made now if the cluster's state parked the application. */
  public void wake(ApplicationName application) {
    Lane lane = lanes.get(application);
    if (lane != null) {
      lane.wake();
    }
  }

  /** Has attempts made now at whatever is parked for such a cause. */
  public void wakeParked(Predicate<Outcome.Parked> cause) {
    lanes.values().forEach(lane -> lane.wake(cause));
  }

  /** How many lanes are in which phase; phases that none is in are there too. */
  public Map<String, Long> phases() {
    Map<String, Long> phases = new TreeMap<>();
    for (String phase : List.of("idle", "queued", "running", "retrying", "parked")) {
      phases.put(phase, 0L);
    }
    lanes.values().forEach(lane -> phases.merge(lane.phase(), 1L, Long::sum));
    return phases;
  }

  /** Whether the cluster's API does not answer. */
  public boolean areHeldUp() {
    return shared.breaker().isOpen();
  }

  /** Whether no lane has anything to do. */
  public boolean areIdle() {
    return lanes.values().stream().allMatch(Lane::isIdle);
  }

  /**
   * Ends all lanes, and waits until they have ended.
   *
   * @param grace how long attempts that are running may take to come to their own end; none begins
   *     in that time. Afterwards they end between two calls, or in one: the ledger knows what was
   *     begun
   */
  public void stop(Duration grace) throws InterruptedException {
    // whoever holds all permits knows that nothing runs
    boolean quiet =
        shared.running().tryAcquire(concurrency, grace.toMillis(), TimeUnit.MILLISECONDS);
    lanes.values().forEach(Lane::interrupt);
    if (quiet) {
      // one that pauses within an attempt needs its permit back to come to its end
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
