package dev.sluice.worker.lane;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One circuit breaker for all lanes of a cluster: while its API does not answer, one attempt at a
 * time asks whether it does again, and the others wait.
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

  /** How long the caller must wait; zero if it may go ahead. */
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
      // this caller asks; the others wait for what it finds, or for its time to run out
      probeAt = now.plus(backoff.after(failures + 1));
      return Duration.ZERO;
    } finally {
      lock.unlock();
    }
  }

  /** The API did not answer. */
  public void failed() {
    lock.lock();
    try {
      failures++;
      probeAt = clock.instant().plus(backoff.after(failures));
    } finally {
      lock.unlock();
    }
  }

  /** The API answered. */
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
