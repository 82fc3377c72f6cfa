package dev.sluice.worker;

import java.util.Optional;

/**
 * The answer of a worker to a readiness probe.
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
