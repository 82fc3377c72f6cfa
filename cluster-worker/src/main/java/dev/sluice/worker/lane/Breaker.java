package dev.sluice.worker.lane;

import dev.sluice.platform.process.Backoff;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The circuit breaker that all lanes of a cluster share. While the API does not answer, one attempt
 * at a time probes it, and the others wait.
 */
public final class Breaker {

  private final Backoff backoff;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private int failures;
  private Instant probeAt = Instant.MIN;

  public Breaker(Backoff backoff, Clock clock) {
    this.backoff = backoff;
    this.clock = clock;
  }

  /** Returns how long the caller must wait; zero if it may proceed. */
  public Duration admit() {
    lock.lock();
    try {
      Instant now = clock.instant();
      if (failures == 0) {
        return Duration.ZERO;
      }
      if (now.isBefore(probeAt)) {
        return Duration.between(now, probeAt);
      }
      // this caller probes; the others wait for its result, or until its time runs out
      probeAt = now.plus(backoff.after(failures + 1));
      return Duration.ZERO;
    } finally {
      lock.unlock();
    }
  }

  /** Records that the API did not answer. */
  public void failed() {
    lock.lock();
    try {
      failures++;
      probeAt = clock.instant().plus(backoff.after(failures));
    } finally {
      lock.unlock();
    }
  }

  /** Records that the API answered. */
  public void answered() {
    lock.lock();
    try {
      failures = 0;
    } finally {
      lock.unlock();
    }
  }

  public boolean isOpen() {
    lock.lock();
    try {
      return failures > 0;
    } finally {
      lock.unlock();
    }
  }
}
