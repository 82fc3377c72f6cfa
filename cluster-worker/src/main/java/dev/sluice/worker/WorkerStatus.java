package dev.sluice.worker;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.platform.health.Readiness;
import dev.sluice.platform.telemetry.Heartbeats;
import java.util.Optional;

/** State of a worker. */
public enum WorkerStatus {
  /** Another worker leads, or none yet. */
  STANDBY(true),
  /** It leads, and reads the log to its end. */
  CATCHING_UP(false),
  /** It leads, and follows the log. */
  LEADING(true),
  /** Its leader session failed: it has released the Lease and reports the reason. */
  STOPPED(false),
  CLOSED(false);

  private final boolean ready;

  WorkerStatus(boolean ready) {
    this.ready = ready;
  }

  /** Returns whether a worker in this state is ready. */
  public boolean isReady() {
    return ready;
  }

  /** Returns the status for heartbeats, with the problem if there is one. */
  Heartbeats.Status heartbeat(Optional<Heartbeats.Finding> problem) {
    Heartbeat.State state =
        switch (this) {
          case STANDBY -> Heartbeat.State.STANDBY;
          case CATCHING_UP, LEADING -> Heartbeat.State.LEADING;
          case STOPPED -> Heartbeat.State.GAVE_UP;
          case CLOSED -> Heartbeat.State.STOPPED;
        };
    return new Heartbeats.Status(state, problem.stream().toList());
  }

  /** Returns the answer to a readiness probe, with the problem if there is one. */
  Readiness readiness(Optional<String> problem) {
    return new Readiness(
        isReady() && problem.isEmpty(),
        problem.map(reason -> this + ": " + reason).orElse(toString()));
  }
}
