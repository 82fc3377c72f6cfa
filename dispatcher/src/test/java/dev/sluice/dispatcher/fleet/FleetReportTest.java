package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.event.Heartbeat.Severity;
import dev.sluice.contract.failure.PartFailure;
import dev.sluice.contract.fleet.RemotePolicy;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import dev.sluice.dispatcher.generate.GeneratorSource;
import dev.sluice.platform.telemetry.Heartbeats.Finding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FleetReportTest {

  private static final IntakePlan NOTHING =
      new IntakePlan(List.of(), List.of(), Optional.empty(), List.of());

  private final FleetReport report = new FleetReport("/fleet", Optional.empty());

  @Test
  void aFleetWithoutProblemsHasNoFindings() {
    report.read(reading(), NOTHING);
    assertThat(report.findings()).isEmpty();
    assertThat(report.unreadable()).isEmpty();
  }

  @Test
  void aDirectoryThatCannotBeListedIsUnreadableUntilItCan() {
    report.read(
        reading(FleetProblem.of(FleetRule.UNREADABLE, "/fleet", "cannot be listed: /fleet")),
        NOTHING);
    assertThat(report.findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.code()).isEqualTo(PartFailure.FLEET_UNREADABLE);
              assertThat(finding.severity()).isEqualTo(Severity.FAULT);
              assertThat(finding.message()).contains("cannot be listed", "check --fleet");
            });
    assertThat(report.unreadable()).isPresent();

    report.read(reading(), NOTHING);
    assertThat(report.findings()).isEmpty();
    assertThat(report.unreadable()).isEmpty();
  }

  @Test
  void invalidDocumentsAreNamed() {
    report.read(
        reading(
            IntStream.range(0, 5)
                .mapToObj(
                    i ->
                        new FleetProblem(
                            FleetRule.UNKNOWN_KIND,
                            "a%d.yaml".formatted(i),
                            2,
                            1,
                            "kind",
                            "is unknown"))
                .toArray(FleetProblem[]::new)),
        NOTHING);
    assertThat(report.findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.code()).isEqualTo(PartFailure.FLEET_INVALID);
              assertThat(finding.message())
                  .contains("has 5 problems", "a0.yaml:2:1: kind: is unknown", "and 2 more");
            });
    assertThat(report.unreadable()).isEmpty();
  }

  @Test
  void aHeldRemovalIsNamedWithItsApproval() {
    report.read(
        reading(),
        new IntakePlan(
            List.of(),
            List.of("4 of 5 would be removed: sluice approve --fleet abc"),
            Optional.empty(),
            List.of()));
    assertThat(report.findings())
        .containsExactly(
            Finding.fault(
                PartFailure.FLEET_REMOVAL_HELD,
                "4 of 5 would be removed: sluice approve --fleet abc"));
  }

  @Test
  void aHeldRemovalIsAboutTheApplicationsThatItTakes() {
    HeldRemoval held =
        new HeldRemoval(
            "r1",
            "abc",
            Map.of(
                new ApplicationName("web"), Set.of(new ClusterName("one")),
                new ApplicationName("api"), Set.of(new ClusterName("one"))),
            Set.of(),
            List.of("2 of 2 applications would be removed"));
    report.read(
        reading(),
        new IntakePlan(List.of(), List.of(held.message()), Optional.of(held), List.of()));
    assertThat(report.findings())
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.applications())
                    .containsExactly(new ApplicationName("api"), new ApplicationName("web")));
  }

  @Test
  void aRefusedRevisionIsShownBesideWhatIsHeldInTheAcceptedOne() {
    Finding held = Finding.fault(PartFailure.FLEET_REMOVAL_HELD, "held");
    report.read(reading(), new IntakePlan(List.of(), List.of("held"), Optional.empty(), List.of()));
    report.refused(reading(FleetProblem.of(FleetRule.UNREADABLE, "a.yaml", "is unknown")));
    assertThat(report.findings()).hasSize(2).endsWith(held);
    assertThat(report.findings().getFirst())
        .satisfies(
            finding -> {
              assertThat(finding.code()).isEqualTo(PartFailure.FLEET_INVALID);
              assertThat(finding.message())
                  .contains(
                      "has 1 problem at revision r1, so nothing of this revision is in force");
            });
    assertThat(report.unreadable()).isEmpty();

    report.unavailable("no answer", /* unready= */ false);
    assertThat(report.findings())
        .extracting(Finding::code)
        .containsExactly(PartFailure.FLEET_UNREADABLE, PartFailure.FLEET_REMOVAL_HELD);
    assertThat(report.unreadable()).isEmpty();

    report.unavailable("no credentials", /* unready= */ true);
    assertThat(report.unreadable())
        .hasValueSatisfying(reason -> assertThat(reason).contains("no credentials"));

    report.read(reading(), NOTHING);
    assertThat(report.findings()).isEmpty();
    assertThat(report.unreadable()).isEmpty();
  }

  @Test
  void aRepositoryOfGeneratorsThatCannotBeReadIsShownUntilItCan() {
    report.generators(List.of("shop cannot be read, and 1111 is used"));
    report.read(reading(), NOTHING);
    assertThat(report.findings())
        .containsExactly(
            Finding.fault(PartFailure.FLEET_UNREADABLE, "shop cannot be read, and 1111 is used"));

    report.generators(List.of());
    assertThat(report.findings()).isEmpty();
  }

  @Test
  void anInstanceThatReadsNoFleetHasNoFindings() {
    report.failed(new IllegalStateException("a test's fault"), false);
    assertThat(report.unreadable()).isEmpty();
    report.failed(new IllegalStateException("a test's fault"), true);
    assertThat(report.unreadable()).isPresent();
    assertThat(report.findings())
        .extracting(Finding::code)
        .containsExactly(PartFailure.FLEET_UNREADABLE);

    report.clear();
    assertThat(report.findings()).isEmpty();
    assertThat(report.unreadable()).isEmpty();
  }

  @Test
  void aDispatcherThatReadsTheFleetNamesIt() {
    assertThat(report.fleet()).isEmpty();

    report.begin();
    report.read(reading(), NOTHING);
    assertThat(report.fleet())
        .contains(
            new Heartbeat.Fleet("/fleet", Optional.empty(), Optional.empty(), Optional.empty()));

    report.clear();
    assertThat(report.fleet()).isEmpty();
  }

  @Test
  void whatSetsAndIncludesReadIsNamedWithThem() {
    GeneratorSource shop =
        new GeneratorSource(
            new RemotePolicy.Base(
                new RepositoryId("git.example/shop"),
                "https://git.example/shop",
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            GitRef.branch("main"));
    report.begin();
    FleetReading read = reading(sets(Map.of(shop, names()), Set.of()));
    report.read(read, NOTHING);
    List<Heartbeat.ReadRef> expected =
        List.of(
            new Heartbeat.ReadRef(
                shop.repository().repository(),
                shop.ref(),
                List.of("ApplicationSet all", "FleetInclude a")));
    assertThat(report.fleet().flatMap(Heartbeat.Fleet::reads)).contains(expected);

    report.refused(reading(sets(Map.of(), Set.of())));
    assertThat(report.fleet().flatMap(Heartbeat.Fleet::reads))
        .as("a refused revision reads nothing that is in force")
        .contains(expected);

    report.read(reading(sets(Map.of(), Set.of("all"))), NOTHING);
    assertThat(report.fleet().flatMap(Heartbeat.Fleet::reads).orElseThrow())
        .as("a set that keeps its applications is in force")
        .singleElement()
        .satisfies(one -> assertThat(one.by()).containsExactly("ApplicationSet all"));

    report.read(reading(), NOTHING);
    assertThat(report.fleet().flatMap(Heartbeat.Fleet::reads)).isEmpty();
  }

  private static SortedSet<String> names() {
    return new TreeSet<>(Set.of("FleetInclude a", "ApplicationSet all"));
  }

  private static GeneratedSets sets(
      Map<GeneratorSource, SortedSet<String>> readers, Set<String> kept) {
    return new GeneratedSets(
        Map.of(), kept, readers, List.of(), List.of(), false, List.of(), Map.of(), Map.of());
  }

  private static FleetReading reading(GeneratedSets sets) {
    return new FleetReading(
        List.of(),
        Set.of(),
        true,
        List.of(),
        new TreeSet<>(),
        List.of(),
        "r1",
        Optional.empty(),
        FleetDocuments.NONE,
        Map.of(),
        sets);
  }

  private static FleetReading reading(FleetProblem... problems) {
    return new FleetReading(
        List.of(),
        Set.of(),
        problems.length == 0,
        List.of(problems),
        new TreeSet<>(),
        List.of(),
        "r1",
        Optional.empty(),
        FleetDocuments.NONE,
        Map.of(),
        GeneratedSets.NONE);
  }
}
