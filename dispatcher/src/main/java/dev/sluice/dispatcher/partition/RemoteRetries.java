package dev.sluice.dispatcher.partition;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.decide.Finding;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.inputs.walk.Remotes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;

/**
 * Retries for applications of a ref whose remote bases or charts could not be read. Each
 * application is evaluated again after a growing delay. {@code state} does not record the retries,
 * since the next owner of the partition finds the same failures. Used by the partition's thread
 * only.
 */
final class RemoteRetries {

  private final Evaluations evaluations;
  private final RefKey key;
  private final Map<ApplicationName, Integer> attempts = new HashMap<>();
  private final Map<ApplicationName, Future<?>> due = new HashMap<>();

  RemoteRetries(Evaluations evaluations, RefKey key) {
    this.evaluations = evaluations;
    this.key = key;
  }

  /**
   * Schedules retries for the applications that failed in a batch of findings, and cancels those of
   * the others.
   *
   * @param cause of the evaluation
   */
  void found(FindingBatch batch, Trigger.Cause cause) {
    Set<ApplicationName> refused = new TreeSet<>();
    Set<ApplicationName> others = new TreeSet<>();
    for (Finding finding : batch.findings()) {
      boolean isTransient =
          finding instanceof Finding.Refused one && Remotes.isTransient(one.failure());
      (isTransient ? refused : others).add(finding.definition().application());
    }
    others.removeAll(refused);
    others.forEach(this::forget);
    refused.forEach(application -> retryLater(application, cause));
  }

  /** Schedules an evaluation of the application after a growing delay. */
  void retryLater(ApplicationName application, Trigger.Cause cause) {
    Duration delay = RetryTiming.beforeFetchingAgain(attempts.merge(application, 1, Integer::sum));
    Future<?> next =
        evaluations.after(delay, new PartitionInput.RemoteRetryDue(key, application, cause));
    Future<?> earlier = due.put(application, next);
    if (earlier != null) {
      earlier.cancel(false);
    }
  }

  private void forget(ApplicationName application) {
    attempts.remove(application);
    Future<?> pending = due.remove(application);
    if (pending != null) {
      pending.cancel(false);
    }
  }
}
