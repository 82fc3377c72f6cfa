package dev.sluice.worker;

import java.util.Optional;

/**
 * What a worker says when it is asked whether it does what it should.
 *
 * @param text its status, and why it is not ready where it is not
 */
record Readiness(boolean isReady, String text) {

  static Readiness of(WorkerStatus status, Optional<String> problem) {
    return new Readiness(
        status.isReady() && problem.isEmpty(),
        problem.map(reason -> status + ": " + reason).orElse(status.toString()));
  }
}
