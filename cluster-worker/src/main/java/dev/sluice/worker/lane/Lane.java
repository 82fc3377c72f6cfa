package dev.sluice.worker.lane;

import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.platform.process.FatalErrors;
import dev.sluice.worker.sync.LogEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
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
  private @Nullable SyncEvent payload;

  /** Ends the lane even if a library loses its interrupt. */
  private volatile boolean ending;

  Lane(ApplicationName application, Work work, LaneResources shared) {
    this.application = application;
    this.work = new ContainedWork(application, work, shared.breaker(), shared.journal());
    this.shared = shared;
    this.machine = new LaneMachine(shared.policy());
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
            takePayload();
            payload = hot.filter(_ -> shared.payloads().tryAcquire()).orElse(null);
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
    lock.lock();
    try {
      return machine.phase();
    } finally {
      lock.unlock();
    }
  }

  boolean isIdle() {
    lock.lock();
    try {
      return machine.isIdle(shared.clock().instant());
    } finally {
      lock.unlock();
    }
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
    var unused = change.thenRun(() -> locked(() -> {}));
    long nanos = atMost.toNanos();
    shared.running().release();
    try {
      lock.lockInterruptibly();
      try {
        while (nanos > 0 && !ending && !machine.isOvertaken() && !change.isDone()) {
          nanos = changed.awaitNanos(nanos);
        }
      } finally {
        lock.unlock();
      }
    } finally {
      shared.running().acquireUninterruptibly();
    }
    lock.lockInterruptibly();
    try {
      if (ending) {
        throw new InterruptedException("the lane ends");
      }
      if (machine.isOvertaken()) {
        throw new HaltException(
            new Outcome.RetryAfter(
                new Failure(
                    ApplyFailure.SUPERSEDED,
                    "a newer generation came",
                    Failure.Stage.APPLY,
                    Optional.empty()),
                Optional.empty()));
      }
    } finally {
      lock.unlock();
    }
    return Duration.ofNanos(Math.max(0, nanos));
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
    shared.running().acquire();
    try {
      Duration wait = shared.breaker().admit();
      LogEntry entry;
      Optional<SyncEvent> hot;
      boolean check;
      lock.lockInterruptibly();
      try {
        Instant now = shared.clock().instant();
        if (!wait.isZero()) {
          machine.postpone(now.plus(wait));
          return;
        }
        check = machine.isCheckDue();
        entry = check ? machine.beginCheck() : machine.begin(now);
        hot = takePayload();
      } finally {
        lock.unlock();
      }
      if (check) {
        CheckOutcome outcome = work.check(entry, this);
        locked(() -> machine.endCheck(outcome, shared.clock().instant()));
        return;
      }
      Outcome outcome = work.attempt(entry, hot, this);
      lock.lockInterruptibly();
      try {
        machine.end(outcome, shared.clock().instant());
      } finally {
        lock.unlock();
      }
    } finally {
      shared.running().release();
    }
  }

  private Optional<SyncEvent> takePayload() {
    Optional<SyncEvent> taken = Optional.ofNullable(payload);
    if (taken.isPresent()) {
      shared.payloads().release();
      payload = null;
    }
    return taken;
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
