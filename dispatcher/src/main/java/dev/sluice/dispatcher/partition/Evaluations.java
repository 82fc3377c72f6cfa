package dev.sluice.dispatcher.partition;

import dev.sluice.contract.fleet.Verification;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.evaluate.EvaluationRequest;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Future;

/** Evaluations and timers of a partition, whose results become inputs of its loop. */
interface Evaluations {

  /** Starts an evaluation, which ends with {@link PartitionInput.EvaluationEnded}. */
  void start(EvaluationRequest request);

  /** Hands an input to the loop after a delay. */
  Future<?> after(Duration delay, PartitionInput input);

  /**
   * Reads trusted keys after a delay; their digests become {@link PartitionInput.TrustedKeysRead}.
   */
  void readKeys(RefKey key, Set<Verification> which, Duration delay);
}
