package dev.sluice.api.readmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.api.store.Silences.Silence;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.Heartbeat.Condition;
import dev.sluice.contract.event.Heartbeat.Part;
import dev.sluice.contract.event.Heartbeat.Severity;
import dev.sluice.contract.event.Heartbeat.State;
import dev.sluice.contract.failure.FailureCode;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.RepositoryId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PartReportsTest {

  private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
  private static final ClusterName EAST = new ClusterName("east");

  private Instant now = START;
  private final PartReports reports = new PartReports(new TestClock());

  @Test
  void aPartIsSilentAfterTwoAndAHalfIntervals() {
    reports.received(dispatcher("a", State.RUNNING), now, true);
    after(25);
    assertThat(states()).containsExactly("running");
    assertThat(reports.ofDispatchers()).isEmpty();

    after(1);
    assertThat(states()).containsExactly("silent");
    assertThat(reports.ofDispatchers())
        .hasValueSatisfying(
            silence -> {
              assertThat(silence.code()).isEqualTo(PartFailure.DISPATCHER_SILENT);
              assertThat(silence.since()).isEqualTo(START);
              assertThat(silence.message()).contains("no dispatcher has reported since");
            });

    reports.received(dispatcher("a", State.RUNNING), now, true);
    assertThat(states()).containsExactly("running");
    assertThat(reports.ofDispatchers()).isEmpty();
  }

  @Test
  void aReportFoundInTheTopicCountsFromTheTimeItWasWritten() {
    reports.received(dispatcher("a", State.RUNNING), now.minusSeconds(3_600), false);
    assertThat(states()).containsExactly("silent");
  }

  @Test
  void aReportOfAClockThatIsAheadCountsFromNow() {
    reports.received(dispatcher("a", State.RUNNING), now.plusSeconds(3_600), false);
    after(26);
    assertThat(states()).containsExactly("silent");
  }

  @Test
  void aStoppedPartStaysVisibleUntilAnotherOneRuns() {
    reports.received(dispatcher("a", State.RUNNING), now, true);
    reports.received(dispatcher("a", State.STOPPED), now, true);
    assertThat(states()).containsExactly("stopped");
    assertThat(reports.ofDispatchers()).isPresent();

    reports.received(dispatcher("b", State.RUNNING), now, true);
    assertThat(states()).containsExactly("running");
    assertThat(reports.ofDispatchers()).isEmpty();
  }

  @Test
  void aSilentPartIsReplacedOnlyByOneThatWasStartedLater() {
    reports.received(dispatcher("a", State.RUNNING), now, true);
    reports.received(dispatcher("b", State.RUNNING), now, true);
    after(20);
    reports.received(dispatcher("b", State.RUNNING), now, true);
    after(20);
    assertThat(states()).containsExactly("silent", "running");

    reports.received(startedAt(now, dispatcher("c", State.RUNNING)), now, true);
    assertThat(states()).containsExactly("running", "running");
  }

  @Test
  void aConditionIsShownWithTheApplicationsThatItConcerns() {
    String message = "web and secret-project would be removed";
    Condition held =
        new Condition(
            PartFailure.FLEET_REMOVAL_HELD,
            message,
            START,
            Severity.FAULT,
            Optional.of(
                List.of(new ApplicationName("web"), new ApplicationName("secret-project"))));
    reports.received(dispatcher("a", State.RUNNING, held), now, true);
    Scope own = new Scope(List.of("web"), List.of());

    assertThat(reports.about("web", Scope.ALL))
        .singleElement()
        .satisfies(view -> assertThat(view.message()).isEqualTo(message));
    assertThat(reports.about("api", Scope.ALL)).isEmpty();
    assertThat(reports.about("web", own))
        .singleElement()
        .satisfies(
            view -> {
              assertThat(view.code()).isEqualTo("FleetRemovalHeld");
              assertThat(view.message()).doesNotContain("secret-project");
            });

    after(26);
    assertThat(reports.about("web", Scope.ALL)).isEmpty();
  }

  @Test
  void aClusterWithoutReportsIsNotJudged() {
    reports.received(dispatcher("a", State.RUNNING), now, true);
    assertThat(reports.ofCluster("east")).isEmpty();
  }

  @Test
  void aClusterWhoseWorkersAreSilentIsUnknown() {
    reports.received(worker("a", State.LEADING), now, true);
    reports.received(worker("b", State.STANDBY), now, true);
    assertThat(reports.ofCluster("east")).isEmpty();

    after(26);
    assertThat(code()).contains(PartFailure.WORKER_SILENT);
    assertThat(reports.ofCluster("west")).isEmpty();
  }

  @Test
  void aClusterThatItsLeaderCannotReachIsUnknown() {
    Condition unreachable =
        new Condition(PartFailure.CLUSTER_UNREACHABLE, "connection refused", START, Severity.FAULT);
    reports.received(worker("a", State.LEADING, unreachable), now, true);
    assertThat(reports.ofCluster("east"))
        .contains(new Silence(PartFailure.CLUSTER_UNREACHABLE, "connection refused", START));

    reports.received(worker("a", State.STANDBY, unreachable), now, true);
    assertThat(code()).contains(PartFailure.CLUSTER_UNREACHABLE);

    reports.received(worker("a", State.LEADING), now, true);
    assertThat(code()).isEmpty();
  }

  @Test
  void aStandbyThatCannotReachTheClusterDoesNotMatterWhileALeaderCan() {
    reports.received(worker("a", State.LEADING), now, true);
    reports.received(
        worker(
            "b",
            State.STANDBY,
            new Condition(PartFailure.CLUSTER_UNREACHABLE, "refused", START, Severity.FAULT)),
        now,
        true);
    assertThat(code()).isEmpty();
  }

  @Test
  void leadershipMayPassOnForSomeSeconds() {
    reports.received(worker("a", State.LEADING), now, true);
    reports.received(worker("b", State.STANDBY), now, true);
    reports.received(worker("a", State.STOPPED), now, true);
    after(14);
    reports.received(worker("b", State.STANDBY), now, true);
    assertThat(code()).isEmpty();

    after(1);
    assertThat(code()).contains(PartFailure.NO_LEADER);

    reports.received(worker("b", State.LEADING), now, true);
    assertThat(code()).isEmpty();
  }

  @Test
  void aTokenWithAScopeSeesOnlyTheWorkersOfItsClusters() {
    reports.received(dispatcher("a", State.RUNNING), now, true);
    reports.received(worker("b", State.LEADING), now, true);
    assertThat(reports.views(Scope.ALL)).hasSize(2);
    assertThat(reports.views(new Scope(List.of(), List.of("east"))))
        .extracting(PartView::instance)
        .containsExactly("b");
    assertThat(reports.views(new Scope(List.of(), List.of("west")))).isEmpty();
  }

  private Optional<FailureCode> code() {
    return reports.ofCluster("east").map(Silence::code);
  }

  private List<String> states() {
    return reports.views(Scope.ALL).stream().map(PartView::state).toList();
  }

  private void after(int seconds) {
    now = now.plusSeconds(seconds);
  }

  @Test
  void theRepositoryOfTheFleetIsThatOfTheDispatcherThatReadIt() {
    RepositoryId repository = new RepositoryId("git.example/fleet");
    reports.received(reading(repository, dispatcher("a", State.RUNNING)), now, true);
    reports.received(dispatcher("b", State.RUNNING), now, true);
    assertThat(reports.fleetRepositories().own()).contains(repository);

    after(60);
    assertThat(reports.fleetRepositories().own()).as("of a dispatcher that is silent").isPresent();
    reports.received(dispatcher("a", State.STOPPED), now, true);
    assertThat(reports.fleetRepositories()).isEqualTo(FleetRepositories.NONE);
  }

  private static Heartbeat reading(RepositoryId repository, Heartbeat report) {
    return new Heartbeat(
        report.part(),
        report.instance(),
        report.cluster(),
        report.startedAt(),
        report.interval(),
        report.state(),
        report.conditions(),
        report.endpoints(),
        Optional.of(
            new Heartbeat.Fleet(
                "git+x", Optional.of(repository), Optional.empty(), Optional.empty())));
  }

  private static Heartbeat dispatcher(String instance, State state, Condition... conditions) {
    return new Heartbeat(
        Part.DISPATCHER,
        instance,
        Optional.empty(),
        START.minusSeconds(60),
        Duration.ofSeconds(10),
        state,
        List.of(conditions),
        Optional.empty(),
        Optional.empty());
  }

  private static Heartbeat worker(String instance, State state, Condition... conditions) {
    return new Heartbeat(
        Part.WORKER,
        instance,
        Optional.of(EAST),
        START.minusSeconds(60),
        Duration.ofSeconds(10),
        state,
        List.of(conditions),
        Optional.empty(),
        Optional.empty());
  }

  private static Heartbeat startedAt(Instant time, Heartbeat report) {
    return new Heartbeat(
        report.part(),
        report.instance(),
        report.cluster(),
        time,
        report.interval(),
        report.state(),
        report.conditions(),
        report.endpoints(),
        report.fleet());
  }

  private final class TestClock extends Clock {

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }
}
