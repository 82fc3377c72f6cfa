package dev.sluice.dispatcher.partition;

import dev.sluice.contract.name.ApplicationName;
import dev.sluice.dispatcher.decide.EvaluationPart;
import dev.sluice.dispatcher.decide.Finding;
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
 * Applications of a ref that could not be looked at because something outside of their repository
 * could not be had: each is looked at again after a growing while, whatever else happens. {@code
 * state} need not remember it, since the next owner of the home meets the same. Of the home's
 * thread only.
 */
final class RemoteRetries {

  private final EvaluationRunner evaluations;
  private final RefKey key;
  private final Map<ApplicationName, Integer> attempts = new HashMap<>();
  private final Map<ApplicationName, Future<?>> due = new HashMap<>();

  RemoteRetries(EvaluationRunner evaluations, RefKey key) {
    this.evaluations = evaluations;
    this.key = key;
  }

  /**
   * A part of a look was written.
   *
   * @param cause what the look was for
   */
  void found(EvaluationPart part, Trigger.Cause cause) {
    Set<ApplicationName> refused = new TreeSet<>();
    Set<ApplicationName> others = new TreeSet<>();
    for (Finding finding : part.findings()) {
      boolean mayPass = finding instanceof Finding.Refused one && Remotes.mayPass(one.failure());
      (mayPass ? refused : others).add(finding.definition().application());
    }
    others.removeAll(refused);
    others.forEach(this::forget);
    refused.forEach(application -> lookAgain(application, cause));
  }

  /** Nothing was written, but this application would have been refused. */
  void lookAgain(ApplicationName application, Trigger.Cause cause) {
    Duration delay = RetryTiming.beforeFetchingAgain(attempts.merge(application, 1, Integer::sum));
    Future<?> next =
        evaluations.after(delay, new PartitionInput.RemoteDue(key, application, cause));
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
