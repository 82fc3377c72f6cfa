package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.Unreadable;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.RemoteDecider;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Record in {@code state} of whether the remotes of refs can be read, so that an old revision is
 * not mistaken for the current one. A transition and another cause are written at once; an
 * unchanged condition at most every ten minutes. Announces repositories whose forge redirects
 * fetches to another name, once for each name. Used by the partition's thread only.
 */
final class RemoteReadability {

  /** Interval between two records about a ref whose condition has not changed. */
  static final Duration REFRESH = Duration.ofMinutes(10);

  private final PartitionState state;
  private final RemoteDecider decider;
  private final Clock clock;
  private final Map<RefKey, Instant> failureWritten = new HashMap<>();
  private final Map<RepositoryId, RepositoryId> movesWritten = new HashMap<>();

  RemoteReadability(PartitionState state, RemoteDecider decider, Clock clock) {
    this.state = state;
    this.decider = decider;
    this.clock = clock;
  }

  /** Records the outcome of an evaluation that may have read the remote. */
  void ended(PartitionInput.EvaluationEnded evaluation, TransactionBatch batch) {
    boolean fetches =
        evaluation.aim() instanceof EvaluationRequest.Aim.Fetch
            || evaluation.aim() instanceof EvaluationRequest.Aim.Poll;
    boolean decides = !(evaluation.aim() instanceof EvaluationRequest.Aim.Warm);
    switch (evaluation.outcome()) {
      case EvaluationOutcome.Failed failed -> {
        if (decides) {
          failed(evaluation.key(), failed.code(), failed.reason(), batch);
        }
      }
      case EvaluationOutcome.Broken broken -> {
        if (decides) {
          failed(
              evaluation.key(),
              SourceFailure.UNRESOLVABLE,
              "the evaluation failed: " + broken.reason(),
              batch);
        }
      }
      case EvaluationOutcome.Done _,
          EvaluationOutcome.Gone _,
          EvaluationOutcome.NotYet _,
          EvaluationOutcome.Polled _ -> {
        if (fetches) {
          read(evaluation.key(), batch);
        }
      }
      case EvaluationOutcome.Warmed _ -> {}
    }
    evaluation.movedTo().ifPresent(to -> moved(evaluation.key().repository(), to, batch));
  }

  private void moved(RepositoryId repository, RepositoryId to, TransactionBatch batch) {
    if (!to.equals(movesWritten.put(repository, to))) {
      batch.add(decider.redirected(repository, to, clock.instant()));
    }
  }

  /** Clears the failure of a ref that no application follows any longer. */
  void unfollowed(RefKey key, TransactionBatch batch) {
    RefState before = state.ref(key);
    if (before.unreadable().isPresent()) {
      batch.add(decider.remoteState(before.withoutFailure(), clock.instant()));
    }
    failureWritten.remove(key);
    movesWritten.remove(key.repository());
  }

  private void read(RefKey key, TransactionBatch batch) {
    RefState before = state.ref(key);
    Instant now = clock.instant();
    boolean isOld =
        before.readAt().map(at -> Duration.between(at, now).compareTo(REFRESH) >= 0).orElse(true);
    if (before.unreadable().isPresent() || isOld) {
      batch.add(decider.remoteState(before.read(now), now));
      failureWritten.remove(key);
    }
  }

  private void failed(RefKey key, FailureCode code, String reason, TransactionBatch batch) {
    RefState before = state.ref(key);
    Instant now = clock.instant();
    boolean isSameCause = before.unreadable().flatMap(Unreadable::code).equals(Optional.of(code));
    if (before.unreadable().isPresent() && isSameCause) {
      Instant written = failureWritten.computeIfAbsent(key, _ -> now);
      boolean isNews = !before.unreadable().get().reason().equals(reason);
      if (!isNews || Duration.between(written, now).compareTo(REFRESH) < 0) {
        return;
      }
    }
    failureWritten.put(key, now);
    Instant since = before.unreadable().map(Unreadable::since).orElse(now);
    batch.add(
        decider.remoteState(
            before.unreadable(new Unreadable(since, reason, Optional.of(code))), now));
  }
}
