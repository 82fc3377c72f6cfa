package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.Unmet;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.decide.Triggers;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequest.Aim;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * State machine of one ref: its queued triggers, the running evaluation and the retries. Pure: the
 * time and the partition's knowledge of the ref are given, and every transition returns the effects
 * to carry out, in order.
 *
 * <p>At most one evaluation runs at a time. Triggers that arrive meanwhile wait for the next one,
 * since the running one may have read the remote before them.
 */
final class RefQueue {

  /**
   * Partition's knowledge of the ref.
   *
   * @param isFollowed whether any application follows it
   * @param head the commit that was last evaluated
   */
  record Knowledge(boolean isFollowed, Optional<CommitId> head) {}

  private final RetryTiming timing;
  private final List<RefEffect> effects = new ArrayList<>();
  private final QueuedTriggers triggers = new QueuedTriggers();
  private final Set<ApplicationName> marked = new TreeSet<>();
  private RefPhase phase = new RefPhase.Idle();
  private Optional<CommitId> indexed = Optional.empty();
  private boolean inGrace;
  private boolean spanIsOpen;
  private int attempts;

  /** Time since which the expected commit is asked for. */
  private Optional<Instant> expectingSince = Optional.empty();

  private Instant newestAt = Instant.EPOCH;

  RefQueue(RetryTiming timing) {
    this.timing = timing;
  }

  RefPhase phase() {
    return phase;
  }

  /** Returns the triggers that the running evaluation, or the next retry, answers; oldest first. */
  List<Trigger> current() {
    return triggers.current();
  }

  /** Starts after a restart: with the pending work, or else by indexing or reading the ref. */
  List<RefEffect> resume(Optional<Trigger> pending, Knowledge ref, Instant now) {
    pending.ifPresent(triggers::add);
    if (!triggers.isEmpty()) {
      start(ref, now);
    } else if (ref.isFollowed()) {
      // never read, gone, or forgotten: no event is left that would trigger an evaluation
      evaluate(ref.head().isPresent() ? new Aim.Warm() : new Aim.Poll());
    }
    return transition();
  }

  /** Queues a trigger, and evaluates the ref unless an evaluation is running. */
  List<RefEffect> trigger(Trigger trigger, Knowledge ref, Instant now) {
    newestAt = now;
    triggers.add(trigger);
    if (!inGrace) {
      inGrace = true;
      effects.add(new RefEffect.ScheduleGrace());
    }
    start(ref, now);
    return transition();
  }

  /** Queues a trigger whose event is not read again after a restart, and records it at once. */
  List<RefEffect> triggerRemembered(Trigger trigger, Knowledge ref, Instant now) {
    newestAt = now;
    triggers.add(trigger.remembered());
    effects.add(new RefEffect.RecordPending(triggers.all()));
    start(ref, now);
    return transition();
  }

  /**
   * Queues an application whose inputs may be accepted now without a change of them.
   *
   * @param why such as {@code remote source}, for the audit
   */
  List<RefEffect> applicationDue(
      ApplicationName application, String why, Trigger.Cause cause, Knowledge ref, Instant now) {
    Trigger.Reason reason = new Trigger.Reason.ApplicationDue(application, why);
    triggers.add(new Trigger(cause, reason, OptionalLong.empty()));
    start(ref, now);
    return transition();
  }

  /** Evaluates the current triggers again. */
  List<RefEffect> retryDue(Knowledge ref, Instant now) {
    start(ref, now);
    return transition();
  }

  /** Reads the remote's ref if nothing is queued. */
  List<RefEffect> pollDue(Knowledge ref) {
    if (!isEvaluating() && triggers.isEmpty() && ref.isFollowed()) {
      evaluate(new Aim.Poll());
    }
    return transition();
  }

  /** Records the triggers that are still unanswered, so that their events are finished. */
  List<RefEffect> graceExpired() {
    inGrace = false;
    List<Trigger> all = triggers.all();
    List<Trigger> unrecorded = all.stream().filter(one -> !one.isRemembered()).toList();
    if (unrecorded.isEmpty()) {
      return List.of();
    }
    triggers.markRemembered();
    return List.of(new RefEffect.RecordPending(all), new RefEffect.Finish(unrecorded));
  }

  /** Completes the current triggers: all findings at this commit are decided. */
  List<RefEffect> decided(FindingBatch.Evaluated evaluated, Knowledge ref, Instant now) {
    CommitId commit = evaluated.commit();
    List<Trigger> answered = current();
    indexed = Optional.of(commit);
    marked.clear();
    boolean again = evaluated.unmet().isPresent() && expectNewest(now);
    Optional<Unmet> unmet = unmet(evaluated.unmet(), Optional.of(commit), now);
    // a commit that is asked for again may still appear
    complete(
        Optional.of(commit),
        evaluated.tag(),
        evaluated.newCommits(),
        again ? Optional.empty() : unmet);
    expectingSince = again ? Optional.of(newestAt) : Optional.empty();
    if (!ref.head().equals(Optional.of(commit))) {
      effects.add(new RefEffect.TriggerDependents(answered));
    }
    effects.add(new RefEffect.ReportEvaluated(evaluated, answered));
    spanIsOpen = false;
    return transition();
  }

  /** Takes the outcome of the running evaluation; starts the next one, or schedules a retry. */
  List<RefEffect> ended(EvaluationOutcome outcome, Knowledge ref, Instant now) {
    if (!(phase instanceof RefPhase.Evaluating(Aim aim))) {
      throw new IllegalStateException("no evaluation is running: " + phase);
    }
    phase = new RefPhase.Idle();
    Knowledge known = ref;
    switch (outcome) {
      case EvaluationOutcome.Done _ -> {}
      case EvaluationOutcome.Gone gone -> {
        gone(gone, now);
        known = new Knowledge(ref.isFollowed(), Optional.empty());
      }
      case EvaluationOutcome.NotYet _ -> retry(timing.beforeExpectingAgain(++attempts), ref, now);
      case EvaluationOutcome.Failed(_, String reason, boolean retryable) -> {
        // an unreadable remote uses up no time of the expected commit
        expectingSince = Optional.empty();
        failed(aim, reason, retryable, ref, now);
      }
      case EvaluationOutcome.Broken(String reason) -> failed(aim, reason, true, ref, now);
      case EvaluationOutcome.Warmed warmed -> {
        indexed = Optional.of(warmed.commit());
        marked.addAll(warmed.differing());
        effects.add(new RefEffect.RetryApplications(warmed.retry()));
      }
      case EvaluationOutcome.Polled polled -> {
        if (ref.isFollowed() && !polled.at().equals(ref.head()) && triggers.isEmpty()) {
          effects.add(new RefEffect.PublishMove(polled.at(), polled.tag()));
        }
      }
    }
    if (attempts == 0) {
      start(known, now);
    }
    return transition();
  }

  /**
   * Completes the triggers of a ref that no application follows any longer, and drops the queue.
   */
  List<RefEffect> unfollowed(Knowledge ref) {
    dropUnfollowed(ref);
    return transition();
  }

  /** Ends a transition: returns its effects, in order. */
  private List<RefEffect> transition() {
    List<RefEffect> all = List.copyOf(effects);
    effects.clear();
    return all;
  }

  private void gone(EvaluationOutcome.Gone gone, Instant now) {
    indexed = Optional.empty();
    effects.add(new RefEffect.RecordGone(current(), gone.newest()));
    endSpan("the ref is gone");
    Optional<Unmet> unmet = unmet(gone.unmet(), Optional.empty(), now);
    complete(Optional.empty(), Optional.empty(), 0, unmet);
  }

  private void failed(Aim aim, String reason, boolean retryable, Knowledge ref, Instant now) {
    // some closures may have been read again and others not: the next evaluation reads all
    indexed = Optional.empty();
    if (triggers.isEmpty()) {
      effects.add(new RefEffect.ReportFailure(aim, 0, Duration.ZERO, reason));
      return;
    }
    Duration delay = timing.beforeTryingAgain(++attempts, retryable);
    effects.add(new RefEffect.ReportFailure(aim, attempts, delay, reason));
    retry(delay, ref, now);
  }

  private void retry(Duration delay, Knowledge ref, Instant now) {
    effects.add(new RefEffect.ReportRetry());
    if (!triggers.isWaiting()) {
      phase = new RefPhase.Retrying(delay);
      effects.add(new RefEffect.ScheduleRetry(delay));
    } else {
      start(ref, now);
    }
  }

  private void start(Knowledge ref, Instant now) {
    dropUnfollowed(ref);
    if (isEvaluating() || triggers.isEmpty()) {
      return;
    }
    boolean isNew = triggers.isWaiting() || !spanIsOpen;
    triggers.takeWaiting();
    if (isNew) {
      spanIsOpen = true;
      effects.add(new RefEffect.BeginSpan(current()));
    }
    Instant since = expectingSince.orElse(now);
    expectingSince = Optional.of(since);
    evaluate(
        Triggers.requireFetch(current()) || ref.head().isEmpty()
            ? new Aim.Fetch(Triggers.newestExpectation(current()), hasTimeLeft(since, now))
            : new Aim.Evaluate());
  }

  private void evaluate(Aim aim) {
    phase = new RefPhase.Evaluating(aim);
    effects.add(new RefEffect.Evaluate(aim, indexed, triggers.marked(marked)));
  }

  private void dropUnfollowed(Knowledge ref) {
    if (!ref.isFollowed() && !isEvaluating()) {
      triggers.takeWaiting();
      endSpan("no application follows the ref any longer");
      complete(ref.head(), Optional.empty(), 0, Optional.empty());
      phase = new RefPhase.Idle();
      effects.add(new RefEffect.Drop());
    }
  }

  /** Completes the current triggers: this head answers them. */
  private void complete(
      Optional<CommitId> head, Optional<String> tag, int newCommits, Optional<Unmet> unmet) {
    effects.add(new RefEffect.Finish(current()));
    triggers.completeCurrent();
    attempts = 0;
    expectingSince = Optional.empty();
    List<Trigger> pending = triggers.rememberedWaiting();
    effects.add(new RefEffect.RecordEvaluated(head, tag, newCommits, pending, unmet));
  }

  /**
   * Asks again for the newest trigger's commit, if that trigger came later and has time left. The
   * ref was evaluated without it because the oldest trigger's time was over.
   */
  private boolean expectNewest(Instant now) {
    if (!hasTimeLeft(newestAt, now) || triggers.isWaiting()) {
      return false;
    }
    triggers.addNewestExpectation();
    return true;
  }

  private Optional<Unmet> unmet(
      Optional<CommitId> announced, Optional<CommitId> head, Instant now) {
    List<EventId> causes = Triggers.merge(current(), now).events();
    Optional<Unmet> unmet = announced.map(expected -> new Unmet(expected, head, causes, now));
    unmet.map(RefEffect.ReportUnmet::new).ifPresent(effects::add);
    return unmet;
  }

  private void endSpan(String outcome) {
    if (spanIsOpen) {
      spanIsOpen = false;
      effects.add(new RefEffect.EndSpan(outcome));
    }
  }

  /** Returns whether a commit that is asked for since then may still appear. */
  private boolean hasTimeLeft(Instant since, Instant now) {
    return Duration.between(since, now).compareTo(timing.patience()) < 0;
  }

  private boolean isEvaluating() {
    return phase instanceof RefPhase.Evaluating;
  }
}
