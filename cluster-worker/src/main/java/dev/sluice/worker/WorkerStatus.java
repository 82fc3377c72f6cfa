package dev.sluice.worker;

import dev.sluice.platform.health.Readiness;
import java.util.Optional;

/** Where a worker is. */
public enum WorkerStatus {
  /** Another worker leads, or no one yet. */
  STANDBY(true),
  /** It leads, and reads the log. */
  CATCHING_UP(false),
  /** It leads, and follows the log. */
  LEADING(true),
  /** Its term could not go on: it has given the lead back, and says why. */
  STOPPED(false),
  CLOSED(false);

  private final boolean ready;

  WorkerStatus(boolean ready) {
    this.ready = ready;
  }

  /** Whether it does what it should. */
  public boolean isReady() {
    return ready;
  }

  /** Returns the answer to a readiness probe, with the problem if there is one. */
  Readiness readiness(Optional<String> problem) {
    return new Readiness(
        isReady() && problem.isEmpty(),
        problem.map(reason -> this + ": " + reason).orElse(toString()));
  }
}
