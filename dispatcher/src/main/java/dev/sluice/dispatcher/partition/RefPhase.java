package dev.sluice.dispatcher.partition;

import dev.sluice.dispatcher.evaluate.EvaluationRequest;
import java.time.Duration;

/** Phase of a {@link RefQueue}. */
sealed interface RefPhase {

  /** Nothing is queued. */
  record Idle() implements RefPhase {}

  /** An evaluation is running. */
  record Evaluating(EvaluationRequest.Aim aim) implements RefPhase {}

  /** The current triggers wait for a retry. */
  record Retrying(Duration delay) implements RefPhase {}
}
