package dev.sluice.worker.leadership;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the thread that holds the Lease: to resign for a while, or to end. They interrupt its
 * wait between two turns.
 */
final class LeadershipRequests {

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean ending;
  private @Nullable Duration aside;

  /** Requests a resignation; does not block. */
  void resign(Duration leaveToOthers) {
    lock.lock();
    try {
      aside = leaveToOthers;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Requests the end, and interrupts the thread's current call. */
  void end(Thread thread) {
    lock.lock();
    try {
      ending = true;
      changed.signalAll();
      // before the thread can see that it ends, so that giving up is not interrupted
      thread.interrupt();
    } finally {
      lock.unlock();
    }
  }

  boolean isEnding() {
    lock.lock();
    try {
      return ending;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a request, at most this long.
   *
   * @return how long to leave the Lease to others, if a resignation is requested
   */
  Optional<Duration> await(Duration atMost) {
    lock.lock();
    try {
      long nanos = atMost.toNanos();
      while (nanos > 0 && !ending && aside == null) {
        nanos = changed.awaitNanos(nanos);
      }
      Optional<Duration> requested = ending ? Optional.empty() : Optional.ofNullable(aside);
      aside = null;
      return requested;
    } catch (InterruptedException e) {
      return Optional.empty(); // ending
    } finally {
      lock.unlock();
    }
  }
}
