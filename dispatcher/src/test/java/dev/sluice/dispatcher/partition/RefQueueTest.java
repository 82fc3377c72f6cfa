package dev.sluice.dispatcher.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.Unmet;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.SourceFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.FindingBatch;
import dev.sluice.dispatcher.decide.RefKey;
import dev.sluice.dispatcher.decide.Trigger;
import dev.sluice.dispatcher.evaluate.EvaluationOutcome;
import dev.sluice.dispatcher.evaluate.EvaluationRequest.Aim;
import dev.sluice.dispatcher.partition.RefQueue.Knowledge;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RefQueueTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final RetryTiming TIMING =
      new RetryTiming(PATIENCE, Duration.ofMillis(500), Duration.ofMinutes(3));
  private static final TraceParent TRACE = TraceParent.start();
  private static final ApplicationName WEB = new ApplicationName("web");
  private static final CommitId ONE = commit("1");
  private static final CommitId TWO = commit("2");
  private static final CommitId THREE = commit("3");
  private static final RefKey KEY =
      new RefKey(new RepositoryId("forge.example/team/shop"), GitRef.branch("main"));
  private static final Knowledge NEW = new Knowledge(true, Optional.empty());
  private static final Knowledge AT_ONE = new Knowledge(true, Optional.of(ONE));
  private static final Knowledge AT_TWO = new Knowledge(true, Optional.of(TWO));
  private static final Knowledge UNFOLLOWED = new Knowledge(false, Optional.of(ONE));
  private static final EvaluationOutcome AWAY =
      new EvaluationOutcome.Failed(SourceFailure.FORGE_UNREACHABLE, "no route", true);

  private final RefQueue queue = new RefQueue(TIMING);

  @Test
  void aTriggerFetchesTheRefAndStartsTheGracePeriod() {
    Trigger push = push(1, TWO);

    assertThat(queue.trigger(push, AT_ONE, NOW))
        .containsExactly(
            new RefEffect.ScheduleGrace(),
            new RefEffect.BeginSpan(List.of(push)),
            evaluate(fetch(TWO)));
    assertThat(queue.phase()).isEqualTo(new RefPhase.Evaluating(fetch(TWO)));
    assertThat(queue.current()).containsExactly(push);
  }

  @Test
  void aChangedDefinitionIsEvaluatedAtTheKnownHeadAndIsFetchedOnlyWithoutOne() {
    Trigger definition = definition(1);

    assertThat(queue.trigger(definition, AT_ONE, NOW))
        .contains(
            new RefEffect.Evaluate(
                new Aim.Evaluate(), Optional.empty(), Map.of(WEB, "definition")));
    assertThat(new RefQueue(TIMING).trigger(definition, NEW, NOW))
        .contains(
            new RefEffect.Evaluate(
                new Aim.Fetch(Optional.empty(), true),
                Optional.empty(),
                Map.of(WEB, "definition")));
  }

  @Test
  void aTriggerDuringAnEvaluationWaitsForTheNextOne() {
    Trigger first = push(1, TWO);
    Trigger second = push(2, THREE);
    queue.trigger(first, AT_ONE, NOW);

    assertThat(queue.trigger(second, AT_ONE, NOW)).isEmpty();
    assertThat(queue.current()).containsExactly(first);
    assertThat(queue.decided(at(TWO), AT_ONE, NOW))
        .containsExactly(
            new RefEffect.Finish(List.of(first)),
            recordEvaluated(TWO),
            new RefEffect.TriggerDependents(List.of(first)),
            new RefEffect.ReportEvaluated(at(TWO), List.of(first)));

    assertThat(queue.ended(new EvaluationOutcome.Done(), AT_TWO, NOW))
        .containsExactly(
            new RefEffect.BeginSpan(List.of(second)),
            new RefEffect.Evaluate(fetch(THREE), Optional.of(TWO), Map.of()));
    assertThat(queue.current()).containsExactly(second);
  }

  @Test
  void anEvaluationAtTheSameHeadTriggersNoDependents() {
    Trigger push = push(1, ONE);
    queue.trigger(push, AT_ONE, NOW);

    assertThat(queue.decided(at(ONE), AT_ONE, NOW))
        .containsExactly(
            new RefEffect.Finish(List.of(push)),
            recordEvaluated(ONE),
            new RefEffect.ReportEvaluated(at(ONE), List.of(push)));
    assertThat(queue.ended(new EvaluationOutcome.Done(), AT_ONE, NOW)).isEmpty();
    assertThat(queue.phase()).isEqualTo(new RefPhase.Idle());
  }

  @Test
  void aFailedEvaluationIsRetriedWithAGrowingDelay() {
    queue.trigger(push(1, TWO), AT_ONE, NOW);
    Duration first = TIMING.beforeTryingAgain(1, true);
    Duration second = TIMING.beforeTryingAgain(2, true);

    assertThat(queue.ended(AWAY, AT_ONE, NOW))
        .containsExactly(
            new RefEffect.ReportFailure(fetch(TWO), 1, first, "no route"),
            new RefEffect.ReportRetry(),
            new RefEffect.ScheduleRetry(first));
    assertThat(queue.phase()).isEqualTo(new RefPhase.Retrying(first));
    // the same triggers have the same span
    assertThat(queue.retryDue(AT_ONE, NOW)).containsExactly(evaluate(fetch(TWO)));
    assertThat(queue.ended(AWAY, AT_ONE, NOW)).contains(new RefEffect.ScheduleRetry(second));
    assertThat(second).isGreaterThan(first);
  }

  @Test
  void anEvaluationThatCannotSucceedWaitsLongest() {
    queue.trigger(push(1, TWO), AT_ONE, NOW);

    assertThat(
            queue.ended(
                new EvaluationOutcome.Failed(SourceFailure.CREDENTIALS_REFUSED, "denied", false),
                AT_ONE,
                NOW))
        .contains(new RefEffect.ScheduleRetry(TIMING.beforeTryingAgain(1, false)));
  }

  @Test
  void aBrokenEvaluationIsRetriedAsAFailedOne() {
    queue.trigger(push(1, TWO), AT_ONE, NOW);

    assertThat(queue.ended(new EvaluationOutcome.Broken("a fault"), AT_ONE, NOW))
        .contains(new RefEffect.ScheduleRetry(TIMING.beforeTryingAgain(1, true)));
  }

  @Test
  void aTriggerDuringARetryIsEvaluatedAtOnceTogetherWithTheOthers() {
    Trigger first = push(1, TWO);
    Trigger second = push(2, THREE);
    queue.trigger(first, AT_ONE, NOW);
    queue.ended(AWAY, AT_ONE, NOW);

    assertThat(queue.trigger(second, AT_ONE, NOW))
        .containsExactly(new RefEffect.BeginSpan(List.of(first, second)), evaluate(fetch(THREE)));
    assertThat(queue.retryDue(AT_ONE, NOW)).isEmpty();
  }

  @Test
  void aFailureDuringWhichATriggerArrivedIsRetriedWithoutDelay() {
    queue.trigger(push(1, TWO), AT_ONE, NOW);
    queue.trigger(push(2, THREE), AT_ONE, NOW);

    assertThat(queue.ended(AWAY, AT_ONE, NOW))
        .contains(new RefEffect.ReportRetry(), evaluate(fetch(THREE)))
        .doesNotHaveAnyElementsOfTypes(RefEffect.ScheduleRetry.class);
  }

  @Test
  void aCommitThatGitDoesNotShowYetIsAskedForUntilThePatienceIsOver() {
    queue.trigger(push(1, TWO), AT_ONE, NOW);

    assertThat(queue.ended(new EvaluationOutcome.NotYet(), AT_ONE, NOW))
        .containsExactly(
            new RefEffect.ReportRetry(),
            new RefEffect.ScheduleRetry(TIMING.beforeExpectingAgain(1)));
    assertThat(queue.retryDue(AT_ONE, NOW.plus(PATIENCE).minusMillis(1)))
        .containsExactly(evaluate(fetch(TWO)));
    queue.ended(new EvaluationOutcome.NotYet(), AT_ONE, NOW);
    assertThat(queue.retryDue(AT_ONE, NOW.plus(PATIENCE)))
        .containsExactly(evaluate(new Aim.Fetch(Optional.of(TWO), false)));
  }

  @Test
  void anUnreadableRemoteUsesUpNoPatience() {
    queue.trigger(push(1, TWO), AT_ONE, NOW);
    queue.ended(AWAY, AT_ONE, NOW);

    assertThat(queue.retryDue(AT_ONE, NOW.plus(PATIENCE))).containsExactly(evaluate(fetch(TWO)));
  }

  @Test
  void aCommitThatNeverAppearedIsRecordedAndReported() {
    Trigger push = push(1, TWO);
    queue.trigger(push, AT_ONE, NOW);
    Instant late = NOW.plus(PATIENCE);
    Unmet unmet = new Unmet(TWO, Optional.of(THREE), push.cause().events(), late);

    assertThat(queue.decided(at(THREE, TWO), AT_ONE, late))
        .startsWith(
            new RefEffect.ReportUnmet(unmet),
            new RefEffect.Finish(List.of(push)),
            new RefEffect.RecordEvaluated(
                Optional.of(THREE), Optional.empty(), 1, List.of(), Optional.of(unmet)));
    assertThat(queue.ended(new EvaluationOutcome.Done(), AT_ONE, late)).isEmpty();
  }

  @Test
  void aLaterTriggersCommitIsAskedForAgainWithItsOwnPatience() {
    queue.trigger(push(1, TWO), AT_ONE, NOW);
    Instant later = NOW.plusSeconds(20);
    queue.trigger(push(2, THREE), AT_ONE, later);
    queue.ended(new EvaluationOutcome.NotYet(), AT_ONE, later);
    Instant late = NOW.plus(PATIENCE);

    List<RefEffect> effects = queue.decided(at(ONE, THREE), AT_ONE, late);

    // the ref was evaluated without it, but it may still appear
    assertThat(effects)
        .filteredOn(RefEffect.RecordEvaluated.class::isInstance)
        .extracting(effect -> ((RefEffect.RecordEvaluated) effect).unmet())
        .containsExactly(Optional.empty());
    assertThat(queue.ended(new EvaluationOutcome.Done(), AT_ONE, late))
        .contains(new RefEffect.Evaluate(fetch(THREE), Optional.of(ONE), Map.of()));
  }

  @Test
  void aDeletedRefCompletesItsTriggers() {
    Trigger push = push(1, TWO);
    queue.trigger(push, AT_ONE, NOW);

    assertThat(
            queue.ended(
                new EvaluationOutcome.Gone(Optional.empty(), Optional.empty()), AT_ONE, NOW))
        .containsExactly(
            new RefEffect.RecordGone(List.of(push), Optional.empty()),
            new RefEffect.EndSpan("the ref is gone"),
            new RefEffect.Finish(List.of(push)),
            new RefEffect.RecordEvaluated(
                Optional.empty(), Optional.empty(), 0, List.of(), Optional.empty()));
    assertThat(queue.phase()).isEqualTo(new RefPhase.Idle());
  }

  @Test
  void anExpiredGracePeriodRecordsUnansweredTriggersOnce() {
    Trigger first = push(1, TWO);
    Trigger second = push(2, THREE);
    queue.trigger(first, AT_ONE, NOW);
    queue.trigger(second, AT_ONE, NOW);

    assertThat(queue.graceExpired())
        .containsExactly(
            new RefEffect.RecordPending(List.of(first, second)),
            new RefEffect.Finish(List.of(first, second)));
    assertThat(queue.graceExpired()).isEmpty();
    // what is recorded and still unanswered stays pending
    assertThat(queue.decided(at(TWO), AT_ONE, NOW))
        .contains(
            new RefEffect.RecordEvaluated(
                Optional.of(TWO),
                Optional.empty(),
                1,
                List.of(second.remembered()),
                Optional.empty()));
  }

  @Test
  void anAnsweredTriggerIsNotRecordedWhenTheGracePeriodExpires() {
    queue.trigger(push(1, TWO), AT_ONE, NOW);
    queue.decided(at(TWO), AT_ONE, NOW);

    assertThat(queue.graceExpired()).isEmpty();
  }

  @Test
  void aTriggerWithoutItsOwnEventIsRecordedAtOnce() {
    Trigger moved = push(1, TWO);

    assertThat(queue.triggerRemembered(moved, AT_ONE, NOW))
        .containsExactly(
            new RefEffect.RecordPending(List.of(moved.remembered())),
            new RefEffect.BeginSpan(List.of(moved.remembered())),
            evaluate(fetch(TWO)));
  }

  @Test
  void aRestartResumesThePendingWork() {
    Trigger pending = push(1, TWO).remembered();

    assertThat(queue.resume(Optional.of(pending), AT_ONE, NOW))
        .containsExactly(new RefEffect.BeginSpan(List.of(pending)), evaluate(fetch(TWO)));
  }

  @Test
  void aRestartWithoutPendingWorkIndexesTheKnownHead() {
    assertThat(queue.resume(Optional.empty(), AT_ONE, NOW))
        .containsExactly(evaluate(new Aim.Warm()));

    assertThat(queue.ended(new EvaluationOutcome.Warmed(ONE, Set.of(WEB), Set.of()), AT_ONE, NOW))
        .containsExactly(new RefEffect.RetryApplications(Set.of()));
    // the next evaluation inspects the application that differs
    assertThat(queue.trigger(push(1, TWO), AT_ONE, NOW))
        .contains(new RefEffect.Evaluate(fetch(TWO), Optional.of(ONE), Map.of(WEB, "definition")));
  }

  @Test
  void aRestartReadsARefThatWasNeverEvaluated() {
    assertThat(queue.resume(Optional.empty(), NEW, NOW)).containsExactly(evaluate(new Aim.Poll()));

    assertThat(
            queue.ended(new EvaluationOutcome.Polled(Optional.of(ONE), Optional.empty()), NEW, NOW))
        .containsExactly(new RefEffect.PublishMove(Optional.of(ONE), Optional.empty()));
  }

  @Test
  void aFailedWarmUpIsReportedAndNotRetried() {
    queue.resume(Optional.empty(), AT_ONE, NOW);

    assertThat(queue.ended(AWAY, AT_ONE, NOW))
        .containsExactly(new RefEffect.ReportFailure(new Aim.Warm(), 0, Duration.ZERO, "no route"));
    assertThat(queue.phase()).isEqualTo(new RefPhase.Idle());
  }

  @Test
  void aPollOfAnIdleRefPublishesAMove() {
    assertThat(queue.pollDue(AT_ONE)).containsExactly(evaluate(new Aim.Poll()));

    assertThat(
            queue.ended(
                new EvaluationOutcome.Polled(Optional.of(TWO), Optional.empty()), AT_ONE, NOW))
        .containsExactly(new RefEffect.PublishMove(Optional.of(TWO), Optional.empty()));
  }

  @Test
  void aPollThatFindsTheKnownHeadChangesNothing() {
    queue.pollDue(AT_ONE);

    assertThat(
            queue.ended(
                new EvaluationOutcome.Polled(Optional.of(ONE), Optional.empty()), AT_ONE, NOW))
        .isEmpty();
  }

  @Test
  void aTriggerDuringAPollMakesItsFindingUnnecessary() {
    queue.pollDue(AT_ONE);
    queue.trigger(push(1, TWO), AT_ONE, NOW);

    assertThat(
            queue.ended(
                new EvaluationOutcome.Polled(Optional.of(TWO), Optional.empty()), AT_ONE, NOW))
        .contains(evaluate(fetch(TWO)))
        .doesNotHaveAnyElementsOfTypes(RefEffect.PublishMove.class);
  }

  @Test
  void aBusyRefIsNotPolled() {
    queue.trigger(push(1, TWO), AT_ONE, NOW);
    assertThat(queue.pollDue(AT_ONE)).isEmpty();
    queue.ended(AWAY, AT_ONE, NOW);
    assertThat(queue.pollDue(AT_ONE)).isEmpty();
  }

  @Test
  void anApplicationWhoseBaseWasUnavailableIsEvaluatedAgain() {
    assertThat(queue.applicationDue(WEB, "remote source", cause(1), AT_ONE, NOW))
        .contains(
            new RefEffect.Evaluate(
                new Aim.Evaluate(), Optional.empty(), Map.of(WEB, "remote source")));
  }

  @Test
  void anUnfollowedRefIsDroppedAndItsTriggersAreCompleted() {
    Trigger push = push(1, TWO);
    queue.trigger(push, AT_ONE, NOW);
    queue.ended(AWAY, AT_ONE, NOW);

    assertThat(queue.unfollowed(UNFOLLOWED))
        .containsExactly(
            new RefEffect.EndSpan("no application follows the ref any longer"),
            new RefEffect.Finish(List.of(push)),
            new RefEffect.RecordEvaluated(
                Optional.of(ONE), Optional.empty(), 0, List.of(), Optional.empty()),
            new RefEffect.Drop());
  }

  @Test
  void aRefThatIsUnfollowedDuringAnEvaluationIsDroppedAfterIt() {
    Trigger push = push(1, TWO);
    queue.trigger(push, AT_ONE, NOW);

    assertThat(queue.unfollowed(UNFOLLOWED)).isEmpty();
    queue.decided(at(ONE), AT_ONE, NOW);
    assertThat(queue.ended(new EvaluationOutcome.Done(), UNFOLLOWED, NOW))
        .endsWith(new RefEffect.Drop());
  }

  @Test
  void anOutcomeWithoutARunningEvaluationIsAFault() {
    assertThatThrownBy(() -> queue.ended(new EvaluationOutcome.Done(), AT_ONE, NOW))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no evaluation is running");
  }

  private static RefEffect evaluate(Aim aim) {
    return new RefEffect.Evaluate(aim, Optional.empty(), Map.of());
  }

  private static Aim fetch(CommitId expected) {
    return new Aim.Fetch(Optional.of(expected), true);
  }

  private static RefEffect recordEvaluated(CommitId head) {
    return new RefEffect.RecordEvaluated(
        Optional.of(head), Optional.empty(), 1, List.of(), Optional.empty());
  }

  private static FindingBatch.Evaluated at(CommitId commit) {
    return evaluated(commit, Optional.empty());
  }

  private static FindingBatch.Evaluated at(CommitId commit, CommitId unmet) {
    return evaluated(commit, Optional.of(unmet));
  }

  private static FindingBatch.Evaluated evaluated(CommitId commit, Optional<CommitId> unmet) {
    return new FindingBatch.Evaluated(
        KEY, commit, Optional.empty(), NOW, Map.of(), 1, 1, Map.of(), unmet, Map.of());
  }

  private static Trigger push(int number, CommitId expected) {
    return new Trigger(
        cause(number), new Trigger.Reason.RefMoved(Optional.of(expected)), OptionalLong.of(number));
  }

  private static Trigger definition(int number) {
    return new Trigger(
        cause(number), Trigger.Reason.ApplicationDue.byDefinition(WEB), OptionalLong.of(number));
  }

  private static Trigger.Cause cause(int number) {
    return new Trigger.Cause(List.of(EventId.of("push", number)), Optional.empty(), NOW, TRACE);
  }

  private static CommitId commit(String digit) {
    return new CommitId(digit.repeat(40));
  }
}
