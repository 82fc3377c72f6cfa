package dev.sluice.dispatcher.partition;

import dev.sluice.contract.event.StateRecord.Unmet;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Effect of a {@link RefQueue}'s transition, which the scheduler carries out. */
sealed interface RefEffect {

  /** Schedules {@link RefQueue#graceExpired}. */
  record ScheduleGrace() implements RefEffect {}

  /** Schedules {@link RefQueue#retryDue} in place of an earlier retry. */
  record ScheduleRetry(Duration delay) implements RefEffect {}

  /**
   * Starts an evaluation.
   *
   * @param indexed the commit at which the applications' paths are indexed; empty if they are not
   * @param marked applications to inspect whichever paths changed, with the reason
   */
  record Evaluate(
      EvaluationRequest.Aim aim, Optional<CommitId> indexed, Map<ApplicationName, String> marked)
      implements RefEffect {}

  /** Begins the trace span of these triggers; an open span was superseded by a newer trigger. */
  record BeginSpan(List<Trigger> triggers) implements RefEffect {}

  /** Ends the trace span without a decision. */
  record EndSpan(String outcome) implements RefEffect {}

  /** Records the triggers as pending in {@code state}. */
  record RecordPending(List<Trigger> triggers) implements RefEffect {}

  /** Finishes the offsets of the triggers' events. */
  record Finish(List<Trigger> triggers) implements RefEffect {}

  /**
   * Records in {@code state} that the ref was evaluated.
   *
   * @param tag as in {@link FindingBatch.Evaluated}
   * @param newCommits as in {@link FindingBatch.Evaluated}
   * @param pending later triggers that only {@code state} records
   */
  record RecordEvaluated(
      Optional<CommitId> head,
      Optional<String> tag,
      int newCommits,
      List<Trigger> pending,
      Optional<Unmet> unmet)
      implements RefEffect {}

  /**
   * Opens dead letters for the applications of a deleted ref.
   *
   * @param newest as in {@link EvaluationOutcome.Gone}
   */
  record RecordGone(List<Trigger> triggers, Optional<String> newest) implements RefEffect {}

  /** Reports a commit that Git did not show in time. */
  record ReportUnmet(Unmet unmet) implements RefEffect {}

  /** Reports a finished evaluation once it is committed. */
  record ReportEvaluated(FindingBatch.Evaluated evaluated, List<Trigger> triggers)
      implements RefEffect {}

  /** Reports an evaluation that is retried. */
  record ReportRetry() implements RefEffect {}

  /**
   * Reports a failed evaluation.
   *
   * @param attempts failed so far; 0 if no trigger is queued
   * @param delay before the next attempt
   */
  record ReportFailure(EvaluationRequest.Aim aim, int attempts, Duration delay, String reason)
      implements RefEffect {}

  /** Triggers the refs whose applications read this ref as a further source. */
  record TriggerDependents(List<Trigger> triggers) implements RefEffect {}

  /** Schedules evaluations of applications whose remote bases or charts changed or are missing. */
  record RetryApplications(Set<ApplicationName> applications) implements RefEffect {}

  /**
   * Publishes a change event for a ref that a poll found at another commit.
   *
   * @param tag the name of the commit's tag, if the ref is a range of versions
   */
  record PublishMove(Optional<CommitId> at, Optional<String> tag) implements RefEffect {}

  /** Drops the queue of a ref that no application follows any longer. */
  record Drop() implements RefEffect {}
}
