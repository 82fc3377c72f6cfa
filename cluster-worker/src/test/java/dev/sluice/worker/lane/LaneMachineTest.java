package dev.sluice.worker.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.platform.process.Backoff;
import dev.sluice.worker.sync.LogEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LaneMachineTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Failure FAILURE =
      new Failure(FailureCode.of("Any"), "any", Failure.Stage.APPLY, Optional.empty());
  private static final Outcome RETRY = new Outcome.RetryAfter(FAILURE, Optional.empty());
  private static final Outcome.Parked PARK =
      new Outcome.Parked(FAILURE, new Wake.ClusterChange("anything"));
  private static final Outcome.Parked INPUT_FAULT =
      new Outcome.Parked(FAILURE, new Wake.NewInput());

  private final LaneMachine machine =
      new LaneMachine(
          new LanePolicy(
              new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(8), () -> 1),
              Duration.ofMinutes(1),
              Duration.ofMinutes(5)));

  @Test
  void ignoresGenerationsThatAreNotNewer() {
    machine.offer(entry(2), START);

    assertThat(machine.offer(entry(2), START)).isFalse();
    assertThat(machine.offer(entry(1), START)).isFalse();
    assertThat(machine.begin(START)).isEqualTo(entry(2));
  }

  @Test
  void backsOffAndDoubles() {
    machine.offer(entry(1), START);

    fail(RETRY, START);
    assertThat(machine.due()).contains(START.plusSeconds(1));
    fail(RETRY, START.plusSeconds(1));
    assertThat(machine.due()).contains(START.plusSeconds(3));
    assertThat(machine.effects())
        .containsExactly(
            new Effect.Retrying(entry(1), 1, Duration.ofSeconds(1), FAILURE),
            new Effect.Retrying(entry(1), 2, Duration.ofSeconds(2), FAILURE));
  }

  @Test
  void waitsAsLongAsTheServerRequests() {
    machine.offer(entry(1), START);

    fail(new Outcome.RetryAfter(FAILURE, Optional.of(Duration.ofSeconds(30))), START);

    assertThat(machine.due()).contains(START.plusSeconds(30));
  }

  @Test
  void waitsAtMostForTheSlowTimer() {
    machine.offer(entry(1), START);

    fail(new Outcome.RetryAfter(FAILURE, Optional.of(Duration.ofDays(11))), START);

    assertThat(machine.due()).contains(START.plus(Duration.ofMinutes(5)));
  }

  @Test
  void aNewerGenerationEndsTheWaitingOfAnOlderOne() {
    machine.offer(entry(1), START);
    fail(RETRY, START);
    machine.effects().clear();

    machine.offer(entry(2), START);

    assertThat(machine.due()).contains(START);
    assertThat(machine.effects())
        .containsExactly(new Effect.Superseded(entry(1), new Generation(2)));
  }

  @Test
  void ofTheRecordsThatArriveDuringAnAttemptOnlyTheNewestRunsAfterIt() {
    machine.offer(entry(1), START);
    machine.begin(START);

    machine.offer(entry(2), START);
    machine.offer(entry(3), START);

    assertThat(machine.isOvertaken()).isTrue();
    assertThat(machine.due()).isEmpty();
    machine.end(new Outcome.Done(), START);
    assertThat(machine.begin(START)).isEqualTo(entry(3));
    assertThat(machine.effects())
        .containsExactly(new Effect.Superseded(entry(2), new Generation(3)));
  }

  @Test
  void aFailedAttemptIsSupersededIfANewerGenerationWaits() {
    machine.offer(entry(1), START);
    machine.begin(START);
    machine.offer(entry(2), START);

    machine.end(PARK, START);

    assertThat(machine.effects())
        .containsExactly(new Effect.Superseded(entry(1), new Generation(2)));
  }

  @Test
  void retriesAParkedApplicationSoonThenBySlowTimer() {
    machine.offer(entry(1), START);

    fail(PARK, START);
    assertThat(machine.due()).contains(START.plusSeconds(5));
    fail(PARK, START);
    assertThat(machine.due()).contains(START.plusSeconds(10));
    for (int i = 0; i < 60; i++) {
      fail(PARK, START);
    }
    assertThat(machine.due()).contains(START.plus(Duration.ofMinutes(5)));
  }

  @Test
  void wakesOnlyApplicationsParkedForThatCause() {
    machine.offer(entry(1), START);
    fail(PARK, START);

    machine.wake(START.plusSeconds(1), parked -> !parked.equals(PARK));
    assertThat(machine.due()).contains(START.plusSeconds(5));
    machine.wake(START.plusSeconds(1), PARK::equals);

    assertThat(machine.due()).contains(START.plusSeconds(1));
    fail(RETRY, START.plusSeconds(1));
    assertThat(machine.state()).isInstanceOf(LaneState.Parked.class);
  }

  @Test
  void noTimerRetriesAnApplicationParkedForItsInput() {
    machine.offer(entry(1), START);
    fail(INPUT_FAULT, START);

    assertThat(machine.state()).isInstanceOf(LaneState.Parked.class);
    assertThat(machine.due()).isEmpty();
    machine.wake(START);
    assertThat(machine.due()).isEmpty();
    machine.offer(entry(2), START.plusSeconds(1));
    assertThat(machine.due()).contains(START.plusSeconds(1));
  }

  @Test
  void aWakeDuringAnAttemptWithFaultyInputIsIgnored() {
    machine.offer(entry(1), START);
    machine.begin(START);
    machine.wake(START);

    machine.end(INPUT_FAULT, START);

    assertThat(machine.due()).isEmpty();
  }

  @Test
  void onlyNewKindsRetryAnApplicationParkedForItsKinds() {
    Outcome.Parked unfit = new Outcome.Parked(FAILURE, new Wake.NewKinds());
    machine.offer(entry(1), START);
    fail(unfit, START);

    assertThat(machine.due()).isEmpty();
    machine.wake(START.plusSeconds(9), unfit::equals);
    assertThat(machine.due()).contains(START.plusSeconds(9));
  }

  @Test
  void aStuckApplicationIsParked() {
    machine.offer(entry(1), START);
    fail(RETRY, START);
    machine.effects().clear();

    fail(RETRY, START.plus(Duration.ofMinutes(1)));

    assertThat(machine.state()).isInstanceOf(LaneState.Parked.class);
    assertThat(machine.effects()).singleElement().isInstanceOf(Effect.Parked.class);
  }

  @Test
  void appliesTheNewestAgainWhenTheClusterLostIt() {
    machine.offer(entry(1), START);
    machine.begin(START);
    machine.end(new Outcome.Done(), START);
    assertThat(machine.due()).isEmpty();

    machine.applyAgain(START);

    assertThat(machine.begin(START)).isEqualTo(entry(1));
  }

  @Test
  void appliesAgainWhenTheClusterLostTheObjectsDuringTheAttempt() {
    machine.offer(entry(1), START);
    machine.begin(START);

    machine.applyAgain(START);
    machine.end(new Outcome.Done(), START.plusSeconds(1));

    assertThat(machine.due()).contains(START.plusSeconds(1));
    machine.begin(START.plusSeconds(1));
    machine.end(new Outcome.Done(), START.plusSeconds(2));
    assertThat(machine.due()).isEmpty();
  }

  @Test
  void retriesAtOnceIfWokenDuringAnAttempt() {
    machine.offer(entry(1), START);
    machine.begin(START);

    machine.wake(START);
    machine.end(PARK, START.plusSeconds(1));

    assertThat(machine.due()).contains(START.plusSeconds(1));
  }

  @Test
  void aDoneGenerationIsCheckedWhenThatIsDue() {
    finish(1);

    machine.check(START.plusSeconds(1));
    assertThat(machine.isIdle(START)).isTrue();
    assertThat(machine.due()).contains(START.plusSeconds(1));
    assertThat(machine.isCheckDue()).isTrue();
    assertThat(machine.beginCheck()).isEqualTo(entry(1));
    machine.endCheck(new CheckOutcome.Done(), START);

    assertThat(machine.due()).isEmpty();
  }

  @Test
  void aCheckThatFailsIsRepeatedAfterLongerPauses() {
    finish(1);
    machine.check(START);

    assertThat(machine.beginCheck()).isEqualTo(entry(1));
    machine.endCheck(new CheckOutcome.Failed(), START);
    assertThat(machine.due()).contains(START.plusSeconds(1));
    assertThat(machine.beginCheck()).isEqualTo(entry(1));
    machine.endCheck(new CheckOutcome.Failed(), START);
    assertThat(machine.due()).contains(START.plusSeconds(2));

    machine.wake(START);
    assertThat(machine.due()).contains(START);
    assertThat(machine.effects()).isEmpty();
  }

  @Test
  void ofTheRecordsThatArriveDuringACheckOnlyTheNewestRunsAfterIt() {
    finish(1);
    machine.check(START);
    assertThat(machine.beginCheck()).isEqualTo(entry(1));

    machine.offer(entry(2), START);
    assertThat(machine.isOvertaken()).isTrue();
    machine.offer(entry(3), START);
    machine.endCheck(new CheckOutcome.Done(), START);

    assertThat(machine.effects())
        .containsExactly(new Effect.Superseded(entry(2), entry(3).generation()));
    assertThat(machine.begin(START)).isEqualTo(entry(3));
  }

  @Test
  void aCheckThatWaitsDoesNotKeepAParkedApplicationFromWaking() {
    machine.offer(entry(1), START);
    fail(PARK, START);

    machine.check(START.plusSeconds(2));
    machine.wake(START.plusSeconds(1));

    assertThat(machine.due()).contains(START.plusSeconds(1));
    assertThat(machine.isCheckDue()).isFalse();
    assertThat(machine.begin(START.plusSeconds(1))).isEqualTo(entry(1));
  }

  @Test
  void aParkedApplicationIsCheckedAndStaysParked() {
    machine.offer(entry(1), START);
    fail(INPUT_FAULT, START);

    machine.check(START);
    assertThat(machine.due()).contains(START);
    assertThat(machine.isCheckDue()).isTrue();
    assertThat(machine.beginCheck()).isEqualTo(entry(1));
    assertThat(machine.phase()).isEqualTo("parked");
    machine.endCheck(new CheckOutcome.Done(), START);

    assertThat(machine.phase()).isEqualTo("parked");
    assertThat(machine.due()).isEmpty();
  }

  @Test
  void aParkedApplicationThatIsWokenDuringItsCheckRetries() {
    machine.offer(entry(1), START);
    fail(PARK, START);
    machine.check(START);
    machine.beginCheck();

    machine.wake(START.plusSeconds(1));
    machine.endCheck(new CheckOutcome.Failed(), START.plusSeconds(2));

    assertThat(machine.due()).contains(START.plusSeconds(1));
    assertThat(machine.isCheckDue()).isFalse();
    assertThat(machine.begin(START.plusSeconds(2))).isEqualTo(entry(1));
  }

  @Test
  void aRecordThatArrivesDuringTheCheckOfAParkedApplicationSupersedesIt() {
    machine.offer(entry(1), START);
    fail(PARK, START);
    machine.effects().clear();
    machine.check(START);
    machine.beginCheck();

    machine.offer(entry(2), START);
    machine.endCheck(new CheckOutcome.Done(), START);

    assertThat(machine.effects())
        .containsExactly(new Effect.Superseded(entry(1), entry(2).generation()));
    assertThat(machine.begin(START)).isEqualTo(entry(2));
  }

  private void finish(long generation) {
    machine.offer(entry(generation), START);
    assertThat(machine.begin(START)).isEqualTo(entry(generation));
    machine.end(new Outcome.Done(), START);
  }

  private void fail(Outcome outcome, Instant at) {
    machine.begin(at);
    machine.end(outcome, at);
  }

  private static final TraceParent TRACE = TraceParent.start();

  private static LogEntry entry(long generation) {
    return new LogEntry(
        new Subject(
            new ClusterName("c"),
            new ApplicationName("a"),
            new Generation(generation),
            Optional.empty(),
            new EventId("sync/c/a/" + generation)),
        false,
        "digest",
        Policy.DEFAULT,
        new LogEntry.Batch("batch", 1),
        TRACE,
        generation,
        0,
        START,
        START);
  }
}
