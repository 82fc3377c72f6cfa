package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.fleet.Verification;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequest;
import dev.sluice.dispatcher.evaluate.Recomputation;
import dev.sluice.dispatcher.recorded.RecordedAnswer;
import dev.sluice.dispatcher.recorded.WantedTarget;
import java.util.List;
import java.util.Map;
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

  /** Result of what was looked up before a command is accepted. */
  sealed interface LookedUp extends PartitionInput {

    ApplicationName application();

    /** Returns why the command cannot be carried out; empty if it can. */
    Optional<String> objection();

    /** Returns the target that a resend sends again. */
    default Optional<SyncEvent.Target> target() {
      return Optional.empty();
    }
  }

  /**
   * Result of looking up in Git the commit that a command restores.
   *
   * @param objection why it cannot be restored; empty if it can
   */
  record CommitLookedUp(ApplicationName application, Optional<String> objection)
      implements LookedUp {}

  /** Result of reading the recorded target that a command sends again. */
  record ResentRead(ApplicationName application, RecordedAnswer answer) implements LookedUp {

    @Override
    public Optional<String> objection() {
      return switch (answer) {
        case RecordedAnswer.Found _ -> Optional.empty();
        case RecordedAnswer.Missing(String reason) -> Optional.of(reason);
        case RecordedAnswer.Unreadable(String reason) -> Optional.of(reason);
      };
    }

    @Override
    public Optional<SyncEvent.Target> target() {
      return answer instanceof RecordedAnswer.Found(SyncEvent.Target target, _)
          ? Optional.of(target)
          : Optional.empty();
    }
  }

  /**
   * Result of reading the target that was sent last, which a command may demand again.
   *
   * @param why Git does not say what to send, in words
   */
  record LastRead(WantedTarget wanted, String why, RecordedAnswer answer)
      implements PartitionInput {}

  /** Reads again what was sent last, after it could not be read. */
  record LastReadDue(WantedTarget wanted) implements PartitionInput {}

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

  /** Digests of the trusted keys of applications whose commits were refused. */
  record TrustedKeysRead(RefKey key, Map<Verification, String> digests) implements RefInput {
    public TrustedKeysRead {
      digests = Map.copyOf(digests);
    }
  }

  record GraceExpired(RefKey key) implements RefInput {}

  record PollDue(RefKey key) implements RefInput {}

  /** Wakes the loop so that it notices that it is stopping. */
  record Stop() implements PartitionInput {}
}
