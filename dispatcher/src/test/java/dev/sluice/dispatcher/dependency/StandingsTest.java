package dev.sluice.dispatcher.dependency;

import static dev.sluice.dispatcher.decide.SampleApplication.COMMIT;
import static dev.sluice.dispatcher.decide.SampleApplication.MAIN;
import static dev.sluice.dispatcher.decide.SampleApplication.NOW;
import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.SHOP;
import static dev.sluice.dispatcher.decide.SampleApplication.SUSPENDED;
import static dev.sluice.dispatcher.decide.SampleApplication.define;
import static dev.sluice.dispatcher.decide.SampleApplication.defined;
import static dev.sluice.dispatcher.decide.SampleApplication.sent;
import static dev.sluice.dispatcher.decide.SampleApplication.source;
import static dev.sluice.dispatcher.decide.SampleApplication.withheld;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent.DependencyReported;
import dev.sluice.contract.event.DependencyStanding;
import dev.sluice.contract.event.DependencyStanding.Phase;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Failure;
import dev.sluice.contract.event.ObjectRef;
import dev.sluice.contract.event.ObservedEvent;
import dev.sluice.contract.event.ObservedHealth;
import dev.sluice.contract.event.ResultEvent;
import dev.sluice.contract.event.StateRecord.DependencyState;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.Subject;
import dev.sluice.contract.event.Withheld;
import dev.sluice.contract.failure.ApplyFailure;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.health.Health;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.decide.DependencyKey;
import dev.sluice.dispatcher.decide.RefKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StandingsTest {

  private static final ApplicationName DB = new ApplicationName("db");
  private static final DependencyKey KEY = new DependencyKey(DB, ONE);
  private static final Definition DATABASE = define(DB, List.of(source(MAIN, "db")), ONE);
  private static final Definition WEB =
      define("web", ONE)
          .withDependencies(
              List.of(new Dependency(DB, Optional.empty(), Dependency.Until.HEALTHY)));

  private final Standings standings = new Standings();

  @BeforeEach
  void depend() {
    standings.replay(defined(WEB));
  }

  @Test
  void aDependencyThatIsNotInTheFleetIsReportedOnce() {
    assertThat(phases()).containsExactly(Phase.ABSENT);
    assertThat(phases()).isEmpty();
  }

  @Test
  void theStandingFollowsStateAndResults() {
    assertThat(standings.replay(database(1, Map.of()))).containsExactly(KEY);
    assertThat(phases()).containsExactly(Phase.SENT);

    standings.replay(new ResultEvent.Unchanged(subject(1), 1, Optional.empty()), NOW);
    assertThat(phases()).containsExactly(Phase.APPLIED);
    standings.replay(health(1, Health.PROGRESSING), NOW);
    assertThat(phases()).containsExactly(Phase.APPLIED);
    standings.replay(health(1, Health.HEALTHY), NOW);
    assertThat(phases()).containsExactly(Phase.HEALTHY);
    standings.replay(health(1, Health.DEGRADED), NOW);
    assertThat(phases()).containsExactly(Phase.APPLIED);

    standings.replay(database(2, Map.of()));
    assertThat(phases()).containsExactly(Phase.SENT);
    standings.replay(health(1, Health.HEALTHY), NOW);
    assertThat(phases()).isEmpty();
  }

  @Test
  void aResultThatPrecedesTheStateCounts() {
    standings.replay(new ResultEvent.Unchanged(subject(1), 1, Optional.empty()), NOW);
    standings.replay(health(1, Health.HEALTHY), NOW);
    standings.replay(database(1, Map.of()));

    assertThat(phases()).containsExactly(Phase.HEALTHY);
  }

  @Test
  void aGenerationIsNotAppliedWhileItsDeletionsAreToBeDone() {
    standings.replay(database(1, Map.of()));
    standings.replay(applied(1, List.of(new ObjectRef("v1", "ConfigMap", "db", "old"))), NOW);
    assertThat(standings.reports(KEY))
        .singleElement()
        .extracting(DependencyReported::standing)
        .isEqualTo(
            new DependencyStanding(
                Optional.of(Generation.FIRST),
                Phase.SENT,
                "has not deleted all objects that generation 1 removes yet"));

    standings.replay(applied(1, List.of()), NOW);

    assertThat(phases()).containsExactly(Phase.APPLIED);
  }

  @Test
  void aFurtherFailureOfTheSameKindIsNoNews() {
    standings.replay(database(1, Map.of()));
    standings.replay(parked(1), NOW);
    assertThat(standings.reports(KEY))
        .singleElement()
        .extracting(report -> report.standing().reason())
        .isEqualTo("is Parked since 2026-11-20T12:00:00Z (Forbidden)");

    standings.replay(parked(1), NOW.plusSeconds(300));

    assertThat(phases()).isEmpty();
  }

  @Test
  void whatWasSentBeforeDoesNotCountWhileSomethingNewerIsHeld() {
    standings.replay(database(1, Map.of()));
    standings.replay(new ResultEvent.Unchanged(subject(1), 1, Optional.empty()), NOW);
    standings.replay(health(1, Health.HEALTHY), NOW);
    assertThat(phases()).containsExactly(Phase.HEALTHY);

    standings.replay(database(1, Map.of(ONE, SUSPENDED)));
    assertThat(phases()).containsExactly(Phase.NOT_SENT);
    standings.replay(withheld(database(1, Map.of()), ONE));
    assertThat(standings.reports(KEY))
        .singleElement()
        .extracting(report -> report.standing().reason())
        .isEqualTo("waits itself (dependsOn)");

    standings.replay(database(1, Map.of()));
    assertThat(phases()).containsExactly(Phase.HEALTHY);
  }

  @Test
  void aSessionThatBeginsRepeatsOnlyWhatSomebodyWaitsFor() {
    standings.replay(database(1, Map.of()));
    standings.replay(new DependencyState(SHOP, DB, ONE, DependencyStanding.sent(Generation.FIRST)));
    assertThat(phases()).isEmpty();
    assertThat(repeats()).isEmpty();

    standings.replay(withheld(defined(WEB), ONE));

    assertThat(phases()).isEmpty();
    assertThat(standings.repeats(_ -> false)).as("results are being read").isEmpty();
    assertThat(repeats()).containsExactly(SHOP);
    assertThat(repeats()).isEmpty();
  }

  @Test
  void aPartitionIsToldAgainWhenItsApplicationBeginsToWait() {
    RepositoryId elsewhere = new RepositoryId("forge.example/acme/elsewhere");
    Definition other =
        define(
                new ApplicationName("other"),
                List.of(source(new RefKey(elsewhere, MAIN.ref()), "other")),
                ONE)
            .withDependencies(WEB.dependencies());
    standings.replay(defined(other));
    standings.replay(database(1, Map.of()));
    assertThat(phases()).containsExactly(Phase.SENT, Phase.SENT);

    standings.replay(withheld(defined(WEB), ONE));
    assertThat(repeats()).containsExactly(SHOP);
    standings.replay(withheld(defined(WEB), ONE));
    assertThat(repeats()).as("nothing changed").isEmpty();
    standings.replay(withheld(defined(WEB), ONE, waitsFor("application db, which is applied")));
    assertThat(repeats()).as("an older report was handled").containsExactly(SHOP);
    standings.replay(withheld(defined(WEB), ONE, released(Withheld.Cause.MANUAL)));
    assertThat(repeats()).as("the release does not lift it").containsExactly(SHOP);
    standings.replay(withheld(defined(WEB), ONE, released(Withheld.Cause.DEPENDS_ON)));
    assertThat(repeats()).as("it does not wait").isEmpty();
    standings.replay(defined(WEB));
    assertThat(repeats()).isEmpty();
  }

  @Test
  void resultsOfOthersAreNotKept() {
    standings.replay(defined(define("web", ONE)));

    assertThat(standings.watched()).isEmpty();
    assertThat(standings.replay(health(1, Health.HEALTHY), NOW)).isEmpty();
    assertThat(standings.reports(KEY)).isEmpty();
    assertThat(repeats()).isEmpty();
  }

  @Test
  void resultsOfADependencyThatNoApplicationHasAnyLongerAreForgotten() {
    standings.replay(database(1, Map.of()));
    standings.replay(new ResultEvent.Unchanged(subject(1), 1, Optional.empty()), NOW);
    standings.replay(health(1, Health.HEALTHY), NOW);
    assertThat(phases()).containsExactly(Phase.HEALTHY);

    assertThat(standings.replay(defined(define("web", ONE)))).contains(KEY);
    standings.replay(defined(WEB));
    standings.replay(parked(1), NOW); // of the time in between

    assertThat(phases()).containsExactly(Phase.PARKED);
    standings.replay(new ResultEvent.Unchanged(subject(1), 1, Optional.empty()), NOW);
    assertThat(phases()).as("its health is unknown again").containsExactly(Phase.APPLIED);
  }

  @Test
  void resultsAreReadFromTheTimeAtWhichTheNewestGenerationWasSent() {
    assertThat(standings.sentAt(KEY)).isEmpty();
    standings.replay(database(1, Map.of()));
    assertThat(standings.sentAt(KEY)).contains(NOW);
    standings.replay(
        sent(
            DATABASE,
            Map.of(ONE, new Dispatched(Generation.FIRST, Optional.of("v1:a"), Optional.empty())),
            Map.of(),
            Map.of()));
    assertThat(standings.sentAt(KEY)).as("of an earlier version").contains(Instant.EPOCH);
  }

  @Test
  void whatWasToldCountsIfRetentionHasDeletedTheResults() {
    standings.replay(told(1, Phase.HEALTHY, "is healthy"));
    standings.replay(database(1, Map.of()));
    assertThat(phases()).as("nothing changed").isEmpty();

    standings.replay(health(1, Health.DEGRADED), NOW);
    assertThat(standings.reports(KEY))
        .singleElement()
        .extracting(report -> report.standing().reason())
        .isEqualTo("is applied, and Degraded since 2026-11-20T12:00:00Z");
    standings.replay(parked(1), NOW);
    assertThat(phases()).containsExactly(Phase.PARKED);
    standings.replay(database(2, Map.of()));
    assertThat(phases()).containsExactly(Phase.SENT);
  }

  @Test
  void ofWhatWasToldOnlyResultsCount() {
    standings.replay(told(1, Phase.PARKED, "is Parked"));
    standings.replay(database(1, Map.of()));
    assertThat(phases()).isEmpty();

    standings.replay(told(1, Phase.NOT_SENT, "is suspended"));
    assertThat(phases()).containsExactly(Phase.SENT);
  }

  private static DependencyState told(long generation, Phase phase, String reason) {
    return new DependencyState(
        SHOP,
        DB,
        ONE,
        new DependencyStanding(Optional.of(new Generation(generation)), phase, reason));
  }

  private List<Phase> phases() {
    return standings.reports(KEY).stream()
        .map(DependencyReported::standing)
        .map(DependencyStanding::phase)
        .toList();
  }

  private List<RepositoryId> repeats() {
    return standings.repeats(KEY::equals).stream().map(DependencyReported::repository).toList();
  }

  private static Withheld released(Withheld.Cause lifted) {
    return waitsFor("application db")
        .released(
            Optional.of(
                new Withheld.Release(
                    new EventId("r"), "cat", List.of(lifted), Optional.empty(), List.of())));
  }

  private static Withheld waitsFor(String what) {
    return new Withheld(
        Withheld.Cause.DEPENDS_ON,
        what,
        NOW,
        Optional.of(COMMIT),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static ApplicationState database(long generation, Map<ClusterName, Hold> holds) {
    return sent(
        DATABASE,
        Map.of(
            ONE,
            new Dispatched(
                new Generation(generation),
                Optional.of("v1:a"),
                Optional.of(COMMIT),
                Optional.of(NOW),
                Optional.empty())),
        Map.of(),
        holds);
  }

  private static ObservedEvent health(long generation, Health health) {
    return ObservedEvent.OfHealth.of(
        subject(generation), new ObservedHealth(health, 1, List.of(), Optional.empty(), NOW));
  }

  private static ResultEvent applied(long generation, List<ObjectRef> kept) {
    return new ResultEvent.Applied(
        subject(generation),
        List.of(),
        1,
        new ResultEvent.Timings(NOW, NOW, NOW, NOW),
        Optional.empty(),
        Optional.empty(),
        Optional.of(kept),
        Optional.empty());
  }

  private static ResultEvent parked(long generation) {
    return new ResultEvent.Parked(
        subject(generation),
        new Failure(ApplyFailure.FORBIDDEN, "no", Failure.Stage.APPLY, Optional.empty()),
        "permissions");
  }

  private static Subject subject(long generation) {
    return new Subject(
        ONE,
        DB,
        new Generation(generation),
        Optional.of(COMMIT),
        EventId.of("sync", ONE, DB, generation));
  }
}
