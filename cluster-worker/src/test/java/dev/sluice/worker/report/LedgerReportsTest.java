package dev.sluice.worker.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.DeadLetterId;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.Heartbeat.LedgerReport;
import dev.sluice.contract.event.Heartbeat.Parked;
import dev.sluice.contract.event.Heartbeat.Settled;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.Generation;
import dev.sluice.worker.ledger.Ledger;
import dev.sluice.worker.plan.Inventory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LedgerReportsTest {

  private static final ClusterName EAST = new ClusterName("east");
  private static final ApplicationName WEB = new ApplicationName("web");
  private static final Optional<CommitId> COMMIT = Optional.of(new CommitId("1".repeat(40)));
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Instant BEFORE = NOW.minusSeconds(60);
  private static final Failure INVALID =
      new Failure(ApplyFailure.INVALID, "spec.replicas", Failure.Stage.APPLY, Optional.empty());
  private static final ObservedHealth HEALTHY =
      new ObservedHealth(Health.HEALTHY, 2, List.of(), Optional.empty(), NOW);

  private final List<LedgerReport> sent = new ArrayList<>();
  private final LedgerReports reports =
      new LedgerReports(EAST, sent::add, Clock.fixed(NOW, ZoneOffset.UTC));

  @Test
  void aSettledLedgerIsReportedWhenItIsFound() {
    reports.found(ledger(5, false, true));

    assertThat(sent)
        .containsExactly(
            new LedgerReport(
                EAST,
                WEB,
                Optional.of(settled(5, false, BEFORE, Optional.empty())),
                Optional.empty()));
    assertThat(sent.getFirst().key()).isEqualTo("ledger/east/web");
  }

  @Test
  void aTombstoneIsReportedAsRemoved() {
    reports.found(ledger(6, true, true));

    assertThat(last().settled()).contains(settled(6, true, BEFORE, Optional.empty()));
  }

  @Test
  void theTimeOfALedgerOfAnEarlierVersionIsUnknown() {
    reports.found(withoutEnd());

    Settled found = last().settled().orElseThrow();
    assertThat(found.at()).isEqualTo(NOW);
    assertThat(found.finishedAt()).isEmpty();

    reports.reported(new ObservedEvent.Healthy(subject(5), HEALTHY));
    reports.reported(new ResultEvent.Unchanged(subject(5), 3, Optional.of("plain")));

    assertThat(last().settled().orElseThrow().finishedAt()).isEmpty();
    assertThat(last().settled().orElseThrow().health()).contains(HEALTHY);

    reports.reported(applied(6));

    assertThat(last().settled().orElseThrow().finishedAt()).contains(BEFORE);
  }

  @Test
  void aParkedGenerationIsReportedOnceItsFailureIsKnownAgain() {
    Ledger.OpenEntry open = new Ledger.OpenEntry(DeadLetterId.of(subject(6)), new Generation(6));

    reports.found(ledger(5, false, true).withDeadLetter(open));
    assertThat(sent).isEmpty();
    reports.reported(new ResultEvent.Parked(subject(6), INVALID, "a new generation"));

    assertThat(last().settled()).contains(settled(5, false, BEFORE, Optional.empty()));
    assertThat(last().parked()).contains(new Parked(new Generation(6), COMMIT, NOW, INVALID));
  }

  @Test
  void aLedgerOfAnUnfinishedGenerationIsNotReported() {
    reports.found(ledger(5, false, false));
    reports.found(Ledger.unknown(WEB));

    assertThat(sent).isEmpty();
  }

  @Test
  void anAppliedGenerationKeepsItsTimeWhenItIsAppliedAgainWithoutChanges() {
    reports.reported(applied(5));
    reports.reported(new ResultEvent.Unchanged(subject(5), 3, Optional.of("plain")));

    assertThat(sent).hasSize(1);
    assertThat(last().settled()).contains(settled(5, false, BEFORE, Optional.empty()));
  }

  @Test
  void aParkedGenerationIsReportedBesideTheOneInTheCluster() {
    reports.reported(applied(5));
    reports.reported(new ResultEvent.Parked(subject(6), INVALID, "a new generation"));

    assertThat(last().settled()).contains(settled(5, false, BEFORE, Optional.empty()));
    assertThat(last().parked()).contains(new Parked(new Generation(6), COMMIT, NOW, INVALID));

    reports.reported(applied(6));

    assertThat(last().settled().orElseThrow().generation()).isEqualTo(new Generation(6));
    assertThat(last().parked()).isEmpty();
  }

  @Test
  void theHealthOfTheGenerationInTheClusterIsReported() {
    reports.reported(applied(5));
    reports.reported(new ObservedEvent.Healthy(subject(4), HEALTHY));
    reports.reported(new ObservedEvent.Healthy(subject(5), HEALTHY));

    assertThat(sent).hasSize(2);
    assertThat(last().settled()).contains(settled(5, false, BEFORE, Optional.of(HEALTHY)));

    reports.reported(new ResultEvent.Removed(subject(6), List.of()));

    assertThat(last().settled().orElseThrow().removed()).isTrue();
    assertThat(last().settled().orElseThrow().health()).isEmpty();
  }

  @Test
  void resultsOfUnfinishedWorkAreNotReported() {
    reports.reported(new ResultEvent.Planned(subject(5), List.of(), "plain"));
    reports.reported(new ResultEvent.Retrying(subject(5), 1, Duration.ofSeconds(1), INVALID));
    reports.reported(new ResultEvent.Superseded(subject(5), new Generation(6)));

    assertThat(sent).isEmpty();
  }

  private LedgerReport last() {
    return sent.getLast();
  }

  private static Settled settled(
      long generation, boolean removed, Instant at, Optional<ObservedHealth> health) {
    return new Settled(
        new Generation(generation),
        COMMIT,
        removed,
        at,
        at.equals(BEFORE) ? Optional.of("plain") : Optional.empty(),
        health);
  }

  private static ResultEvent applied(long generation) {
    return new ResultEvent.Applied(
        subject(generation),
        List.of(),
        3,
        new ResultEvent.Timings(BEFORE, BEFORE, BEFORE, BEFORE),
        Optional.of("plain"));
  }

  private static Subject subject(long generation) {
    return new Subject(
        EAST, WEB, new Generation(generation), COMMIT, EventId.of("sync", EAST, WEB, generation));
  }

  private static Ledger withoutEnd() {
    Ledger done = ledger(5, false, true);
    return new Ledger(
        WEB,
        done.generation(),
        done.phase(),
        done.commit(),
        done.inputDigest(),
        done.inventory(),
        done.intent(),
        done.kinds(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Ledger ledger(long generation, boolean removal, boolean finished) {
    Ledger.Header header =
        new Ledger.Header(new Generation(generation), removal, COMMIT, removal ? "" : "v1:x");
    Ledger begun = Ledger.unknown(WEB).begin(header, Inventory.EMPTY, Set.of());
    return finished
        ? begun.finish(header, Inventory.EMPTY, new Ledger.Finished(BEFORE, Optional.of("plain")))
        : begun;
  }
}
