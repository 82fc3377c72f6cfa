package dev.sluice.worker.lane;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.platform.process.LargePayloads;
import dev.sluice.worker.sync.LogEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The serial queue of one application: a virtual thread that attempts the newest generation until
 * it is done. All waits end early when a newer generation arrives.
 */
final class Lane implements Pace {

  private static final Logger log = LoggerFactory.getLogger(Lane.class);
  private static final Duration REPORT_AGAIN = Duration.ofSeconds(1);

  private final ApplicationName application;
  private final ContainedWork work;
  private final LaneResources shared;
  private final LaneMachine machine;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final KeptPayload payload;

  /** Memory of the turn that runs; used by the lane's thread only. */
  private LargePayloads.@Nullable Room inMemory;

  /** Ends the lane even if a library loses its interrupt. */
  private volatile boolean ending;

  Lane(ApplicationName application, Work work, LaneResources shared) {
    this.application = application;
    this.work = new ContainedWork(application, work, shared.breaker(), shared.journal());
    this.shared = shared;
    this.machine = new LaneMachine(shared.policy());
    this.payload = new KeptPayload(shared.payloads());
    this.thread = Thread.ofVirtual().name("lane-" + application).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Queues a record of the topic; one that is not newer than the last is ignored. */
  void offer(LogEntry entry, Optional<SyncEvent> hot) {
    locked(
        () -> {
          if (machine.offer(entry, shared.clock().instant())) {
            payload.replace(entry, hot);
          }
        });
  }

  /** Applies the newest generation again, since the cluster may have lost it. */
  void applyAgain() {
    work.invalidate();
    locked(() -> machine.applyAgain(shared.clock().instant()));
  }

  /** Compares the live objects with the newest generation, as soon as it is done. */
  void check() {
    locked(() -> machine.check(shared.clock().instant()));
  }

  /** Retries at once if the application is parked because of the cluster's state. */
  void wake() {
    locked(() -> machine.wake(shared.clock().instant()));
  }

  /** Retries at once if the application is parked for such a cause. */
  void wake(Predicate<Outcome.Parked> cause) {
    locked(() -> machine.wake(shared.clock().instant(), cause));
  }

  /** Queues a report for a record that a newer generation has replaced. */
  void report(Effect effect) {
    locked(() -> machine.effects().add(effect));
  }

  /** Returns the name of the current state, for metrics. */
  String phase() {
    return reading(machine::phase);
  }

  boolean isIdle() {
    return reading(() -> machine.isIdle(shared.clock().instant()));
  }

  /** Ends the lane; an attempt that runs is interrupted. */
  void interrupt() {
    locked(() -> ending = true);
    thread.interrupt();
  }

  void join() throws InterruptedException {
    thread.join();
  }

  @Override
  public Duration pause(Duration atMost, CompletableFuture<?> change)
      throws HaltException, InterruptedException {
    long nanos = await(atMost, change, true);
    if (reading(machine::isOvertaken)) {
      throw HaltException.superseded();
    }
    return Duration.ofNanos(Math.max(0, nanos));
  }

  @Override
  public void outlast(Duration atMost, CompletableFuture<?> change) throws InterruptedException {
    long unused = await(atMost, change, false);
  }

  /** Waits without the lane's permit to run; returns the rest of the time in nanoseconds. */
  private long await(Duration atMost, CompletableFuture<?> change, boolean untilOvertaken)
      throws InterruptedException {
    var unused = change.thenRun(() -> locked(() -> {}));
    long nanos = atMost.toNanos();
    if (inMemory != null) {
      inMemory.close(); // the rendering, which needs the most, comes before all waits
    }
    shared.running().release();
    try {
      lock.lockInterruptibly();
      try {
        while (nanos > 0
            && !ending
            && !(untilOvertaken && machine.isOvertaken())
            && !change.isDone()) {
          nanos = changed.awaitNanos(nanos);
        }
      } finally {
        lock.unlock();
      }
    } finally {
      shared.running().acquireUninterruptibly();
    }
    if (ending) {
      throw new InterruptedException("the lane ends");
    }
    return nanos;
  }

  private void run() {
    Optional<Throwable> failure = Optional.empty();
    try {
      while (!ending) {
        try {
          if (failure.isPresent()) {
            recover(failure.get());
            failure = Optional.empty();
          }
          boolean reported = reportAll();
          if (awaitDue(reported ? Optional.empty() : Optional.of(REPORT_AGAIN))) {
            turn();
          }
        } catch (InterruptException e) {
          throw e;
        } catch (RuntimeException | Error e) {
          FatalErrors.check(e);
          log.atError()
              .addKeyValue("application", application)
              .setCause(e)
              .log("a turn of the lane failed unexpectedly; trying again");
          failure = Optional.of(e);
        }
      }
    } catch (InterruptedException | InterruptException e) {
      // the lane ends; the ledger shows how far its attempt got
    }
  }

  /**
   * Recovers from a failure of the lane itself, after a pause. If its thread ended, the application
   * would never be reconciled again, unnoticed; so a failure to recover is such a failure as well.
   */
  private void recover(Throwable failure) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long nanos = REPORT_AGAIN.toNanos();
      while (nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      if (machine.state() instanceof LaneState.Running) {
        machine.end(ContainedWork.unexpected(failure), shared.clock().instant());
      } else if (machine.state() instanceof LaneState.Checking) {
        machine.endCheck(new CheckOutcome.Failed(), shared.clock().instant());
      }
    } finally {
      lock.unlock();
    }
  }

  private void turn() throws InterruptedException {
    // first, since applications with little input need permits to run meanwhile
    try (LargePayloads.Room room = shared.inMemory().enter(reading(machine::bytes))) {
      inMemory = room;
      shared.running().acquire();
      try {
        turn(room);
      } finally {
        shared.running().release();
      }
    }
  }

  private void turn(LargePayloads.Room room) throws InterruptedException {
    Duration wait = shared.breaker().admit();
    LogEntry entry;
    Received received;
    boolean check;
    lock.lockInterruptibly();
    try {
      Instant now = shared.clock().instant();
      if (!wait.isZero()) {
        machine.postpone(now.plus(wait));
        return;
      }
      if (!room.holds(machine.bytes())) {
        return; // a newer generation needs more: another turn follows
      }
      check = machine.isCheckDue();
      entry = check ? machine.beginCheck() : machine.begin(now);
      received = payload.take();
    } finally {
      lock.unlock();
    }
    if (check) {
      CheckOutcome outcome = work.check(entry, this);
      locked(() -> machine.endCheck(outcome, shared.clock().instant()));
      return;
    }
    Outcome outcome = work.attempt(entry, received, this);
    lock.lockInterruptibly();
    try {
      machine.end(outcome, shared.clock().instant());
    } finally {
      lock.unlock();
    }
  }

  private boolean reportAll() throws InterruptedException {
    while (true) {
      Effect effect;
      lock.lockInterruptibly();
      try {
        effect = machine.effects().peek();
      } finally {
        lock.unlock();
      }
      if (effect == null) {
        return true;
      }
      if (!work.reportOrSkip(effect)) {
        return false;
      }
      locked(() -> machine.effects().remove());
    }
  }

  /**
   * Waits until an attempt is due (true), or there is something to report or the lane ends (false).
   */
  private boolean awaitDue(Optional<Duration> atMost) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!ending) {
        Instant now = shared.clock().instant();
        Optional<Instant> due = machine.due();
        if (due.isPresent() && !due.get().isAfter(now)) {
          return true;
        }
        if (atMost.isEmpty() && !machine.effects().isEmpty()) {
          return false;
        }
        Optional<Duration> wait = due.map(at -> Duration.between(now, at)).or(() -> atMost);
        if (wait.isEmpty()) {
          changed.await();
        } else if (changed.awaitNanos(least(wait.get(), atMost)) <= 0 && atMost.isPresent()) {
          return false;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private static long least(Duration wait, Optional<Duration> atMost) {
    return TimeUnit.MILLISECONDS.toNanos(1)
        + Math.min(wait.toNanos(), atMost.map(Duration::toNanos).orElse(Long.MAX_VALUE / 2));
  }

  private <T> T reading(Supplier<T> read) {
    lock.lock();
    try {
      return read.get();
    } finally {
      lock.unlock();
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
