package dev.sluice.dispatcher.decide;

import static dev.sluice.dispatcher.decide.SampleApplication.COMMIT;
import static dev.sluice.dispatcher.decide.SampleApplication.MAIN;
import static dev.sluice.dispatcher.decide.SampleApplication.NOW;
import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.SHOP;
import static dev.sluice.dispatcher.decide.SampleApplication.SUSPENDED;
import static dev.sluice.dispatcher.decide.SampleApplication.TWO;
import static dev.sluice.dispatcher.decide.SampleApplication.WEB;
import static dev.sluice.dispatcher.decide.SampleApplication.define;
import static dev.sluice.dispatcher.decide.SampleApplication.sent;
import static dev.sluice.dispatcher.decide.SampleApplication.source;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent.DependencyReported;
import dev.sluice.contract.event.DependencyStanding;
import dev.sluice.contract.event.DependencyStanding.Phase;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.StateRecord.DependencyState;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Dependency;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DependencyGateTest {

  private static final ApplicationName DB = new ApplicationName("db");
  private static final Definition DATABASE = define(DB, List.of(source(MAIN, "db")), ONE, TWO);
  private static final Dependency HEALTHY =
      new Dependency(DB, Optional.empty(), Dependency.Until.HEALTHY);

  private final PartitionState state = new PartitionState();
  private final DependencyGate gate = new DependencyGate(state);

  @Test
  void anApplicationWithoutDependenciesWaitsForNothing() {
    assertThat(gate.waitsFor(define("web", ONE), ONE)).isEmpty();
  }

  @Test
  void whatOtherPartitionsOwnIsKnownByReport() {
    assertThat(waitsFor(HEALTHY))
        .contains(
            "application db in cluster one, which has not been reported to this partition yet");

    reported(3, Phase.APPLIED, "is applied");
    assertThat(waitsFor(HEALTHY)).contains("application db in cluster one, which is applied");
    assertThat(waitsFor(new Dependency(DB, Optional.empty(), Dependency.Until.APPLIED))).isEmpty();

    reported(3, Phase.HEALTHY, "is healthy");
    assertThat(waitsFor(HEALTHY)).isEmpty();

    reported(3, Phase.PARKED, "is Parked");
    assertThat(waitsFor(new Dependency(DB, Optional.empty(), Dependency.Until.APPLIED)))
        .contains("application db in cluster one, which is Parked");
  }

  @Test
  void anotherClusterIsAskedForIfItIsNamed() {
    reported(1, Phase.HEALTHY, "is healthy");

    assertThat(waitsFor(new Dependency(DB, Optional.of(ONE), Dependency.Until.HEALTHY), TWO))
        .isEmpty();
    assertThat(waitsFor(HEALTHY, TWO)).isPresent();
  }

  @Test
  void aReportAboutAnEarlierGenerationOfTheSamePartitionDoesNotCount() {
    database(2, Map.of(), Map.of());
    reported(1, Phase.HEALTHY, "is healthy");

    assertThat(waitsFor(HEALTHY))
        .contains("application db in cluster one, which has not applied generation 2 yet");

    reported(2, Phase.HEALTHY, "is healthy");
    assertThat(waitsFor(HEALTHY)).isEmpty();
  }

  @Test
  void newerInputsThatWereNotSentHoldWhateverTheLastGenerationReached() {
    reported(1, Phase.HEALTHY, "is healthy");

    database(1, Map.of(ONE, 1), Map.of());
    assertThat(waitsFor(HEALTHY).orElseThrow()).contains("its sources are refused");

    database(1, Map.of(), Map.of(ONE, SUSPENDED));
    assertThat(waitsFor(HEALTHY).orElseThrow()).contains("is suspended by grace since");

    database(1, Map.of(), Map.of());
    assertThat(waitsFor(HEALTHY)).isEmpty();
  }

  @Test
  void aClusterThatTheDependencyDoesNotGoToIsNeverReleased() {
    reported(1, Phase.HEALTHY, "is healthy");
    state.replay(sent(define(DB, List.of(source(MAIN, "db")), TWO), Map.of(), Map.of(), Map.of()));

    assertThat(waitsFor(HEALTHY))
        .contains("application db in cluster one, which does not go to this cluster");
  }

  @Test
  void fourDependenciesAreNamedInPart() {
    Definition web =
        define("web", ONE).withDependencies(List.of(HEALTHY, on("cache"), on("queue"), on("mail")));

    assertThat(gate.waitsFor(web, ONE).orElseThrow())
        .contains("application db", "application cache", "application queue")
        .endsWith("; and 1 more")
        .doesNotContain("mail");
  }

  @Test
  void aRepeatedReportReleasesAgain() {
    DependencyDecider decider = new DependencyDecider(state, 0);
    Definition web = define("web", ONE).withDependencies(List.of(HEALTHY));
    state.replay(SampleApplication.withheld(sent(web, Map.of(), Map.of(), Map.of()), ONE));
    DependencyReported report =
        new DependencyReported(
            SHOP,
            DB,
            ONE,
            new DependencyStanding(Optional.of(Generation.FIRST), Phase.HEALTHY, "is healthy"));

    assertThat(decider.reported(report, cause(), NOW).released()).containsExactly(web);
    DependencyDecider.Reported again = decider.reported(report, cause(), NOW);

    assertThat(again.released()).containsExactly(web);
    assertThat(again.decision().records()).isEmpty();
  }

  private static Dependency on(String name) {
    return new Dependency(new ApplicationName(name), Optional.empty(), Dependency.Until.HEALTHY);
  }

  private static Trigger.Cause cause() {
    return new Trigger.Cause(
        List.of(EventId.of("dependency")), Optional.empty(), NOW, TraceParent.start());
  }

  private Optional<String> waitsFor(Dependency dependency) {
    return waitsFor(dependency, ONE);
  }

  private Optional<String> waitsFor(Dependency dependency, ClusterName cluster) {
    return gate.waitsFor(
        define(WEB, List.of(source(MAIN, "web")), ONE, TWO).withDependencies(List.of(dependency)),
        cluster);
  }

  private void reported(long generation, Phase phase, String reason) {
    state.replay(
        new DependencyState(
            SHOP,
            DB,
            ONE,
            new DependencyStanding(Optional.of(new Generation(generation)), phase, reason)));
  }

  private void database(
      long generation, Map<ClusterName, Integer> refused, Map<ClusterName, Hold> holds) {
    state.replay(
        sent(
            DATABASE,
            Map.of(
                ONE,
                new Dispatched(
                    new Generation(generation), Optional.of("v1:a"), Optional.of(COMMIT))),
            refused,
            holds));
  }
}
