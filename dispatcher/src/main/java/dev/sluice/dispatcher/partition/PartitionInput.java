package dev.sluice.dispatcher.partition;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.decide.EvaluationPart;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequest;
import dev.sluice.dispatcher.evaluate.Recomputation;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a home's thread deals with, one after the other. */
sealed interface PartitionInput {

  /** What was to be recomputed is. */
  record Recomputed(List<Recomputation.Answer> answers) implements PartitionInput {
    public Recomputed {
      answers = List.copyOf(answers);
    }
  }

  record Received(ConsumerRecord<String, byte[]> record) implements PartitionInput {}

  /** What concerns one ref. */
  sealed interface OfRef extends PartitionInput {
    RefKey key();
  }

  /**
   * A look has found something.
   *
   * @param written to be completed once the part is
   */
  record PartFound(RefKey key, EvaluationPart part, CompletableFuture<Void> written)
      implements OfRef {}

  record EvaluationEnded(RefKey key, EvaluationRequest.Aim aim, EvaluationOutcome outcome)
      implements OfRef {}

  record RetryDue(RefKey key) implements OfRef {}

  /**
   * What an application needs from elsewhere may be here by now.
   *
   * @param cause why it was looked at first
   */
  record RemoteDue(RefKey key, ApplicationName application, Trigger.Cause cause) implements OfRef {}

  record GraceOver(RefKey key) implements OfRef {}

  record SweepDue(RefKey key) implements OfRef {}

  /** Nothing but a reason to turn. */
  record Stop() implements PartitionInput {}
}
