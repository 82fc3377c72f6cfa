package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.StateRecord.RefState;
import dev.sluice.contract.event.StateRecord.Unreadable;
import dev.sluice.dispatcher.decide.PartitionState;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Remembers in {@code state} whether the remotes of refs can be read, so that nobody takes what was
 * applied long ago for what Git says. A transition is written at once; what goes on being so, at
 * most every ten minutes. Of the home's thread only.
 */
final class RemoteSight {

  /** Between two records about a ref that say nothing new. */
  static final Duration REFRESH = Duration.ofMinutes(10);

  private final PartitionState state;
  private final RefScheduler.Tools tools;
  private final Map<RefKey, Instant> failureWritten = new HashMap<>();

  RemoteSight(PartitionState state, RefScheduler.Tools tools) {
    this.state = state;
    this.tools = tools;
  }

  /** A look has ended that may have read the remote. */
  void ended(PartitionInput.EvaluationEnded look, TransactionBatch batch) {
    boolean fetches =
        look.aim() instanceof EvaluationRequest.Aim.Fetch
            || look.aim() instanceof EvaluationRequest.Aim.Sweep;
    boolean decides = !(look.aim() instanceof EvaluationRequest.Aim.Warm);
    switch (look.outcome()) {
      case EvaluationOutcome.Failed failed -> {
        if (decides) {
          failed(look.key(), failed.reason(), batch);
        }
      }
      case EvaluationOutcome.Broken broken -> {
        if (decides) {
          failed(look.key(), "the evaluation failed: " + broken.reason(), batch);
        }
      }
      case EvaluationOutcome.Done _,
          EvaluationOutcome.Gone _,
          EvaluationOutcome.NotYet _,
          EvaluationOutcome.Swept _ -> {
        if (fetches) {
          read(look.key(), batch);
        }
      }
      case EvaluationOutcome.Warmed _ -> {}
    }
  }

  /** Nobody looks at the ref from now on: that it could not be read is no news any more. */
  void unfollowed(RefKey key, TransactionBatch batch) {
    RefState before = state.ref(key);
    if (before.unreadable().isPresent()) {
      batch.add(tools.decider().remote(before.unwatched(), tools.clock().instant()));
    }
    failureWritten.remove(key);
  }

  private void read(RefKey key, TransactionBatch batch) {
    RefState before = state.ref(key);
    Instant now = tools.clock().instant();
    boolean isOld =
        before.readAt().map(at -> Duration.between(at, now).compareTo(REFRESH) >= 0).orElse(true);
    if (before.unreadable().isPresent() || isOld) {
      batch.add(tools.decider().remote(before.read(now), now));
      failureWritten.remove(key);
    }
  }

  private void failed(RefKey key, String reason, TransactionBatch batch) {
    RefState before = state.ref(key);
    Instant now = tools.clock().instant();
    if (before.unreadable().isPresent()) {
      Instant written = failureWritten.computeIfAbsent(key, _ -> now);
      boolean isNews = !before.unreadable().get().reason().equals(reason);
      if (!isNews || Duration.between(written, now).compareTo(REFRESH) < 0) {
        return;
      }
    }
    failureWritten.put(key, now);
    Instant since = before.unreadable().map(Unreadable::since).orElse(now);
    batch.add(tools.decider().remote(before.unreadable(new Unreadable(since, reason)), now));
  }
}
