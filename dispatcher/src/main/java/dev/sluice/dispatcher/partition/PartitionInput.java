package dev.sluice.dispatcher.partition;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequest;
import dev.sluice.dispatcher.evaluate.Recomputation;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Input of a partition's loop. */
sealed interface PartitionInput {

  /** Answers of a finished recomputation. */
  record Recomputed(List<Recomputation.Answer> answers) implements PartitionInput {
    public Recomputed {
      answers = List.copyOf(answers);
    }
  }

  record Received(ConsumerRecord<String, byte[]> record) implements PartitionInput {}

  /** Input about one ref. */
  sealed interface RefInput extends PartitionInput {
    RefKey key();
  }

  /**
   * Batch of findings of a running evaluation.
   *
   * @param written is completed once the batch is committed
   */
  record BatchFound(RefKey key, FindingBatch findings, CompletableFuture<Void> written)
      implements RefInput {}

  /**
   * End of an evaluation.
   *
   * @param movedTo the repository's new name, if its forge redirected the last fetch to it
   */
  record EvaluationEnded(
      RefKey key,
      EvaluationRequest.Aim aim,
      EvaluationOutcome outcome,
      Optional<RepositoryId> movedTo)
      implements RefInput {}

  record RetryDue(RefKey key) implements RefInput {}

  /**
   * Retry of an application whose remote base or chart was unavailable.
   *
   * @param cause of the first evaluation
   */
  record RemoteRetryDue(RefKey key, ApplicationName application, Trigger.Cause cause)
      implements RefInput {}

  record GraceExpired(RefKey key) implements RefInput {}

  record PollDue(RefKey key) implements RefInput {}

  /** Wakes the loop so that it notices that it is stopping. */
  record Stop() implements PartitionInput {}
}
