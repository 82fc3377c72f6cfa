package dev.sluice.dispatcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.FleetApproval;
import dev.sluice.contract.event.Heartbeat;
import dev.sluice.contract.fleet.ApplicationSpec;
import dev.sluice.contract.fleet.ClusterTarget;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.fleet.Policy;
import dev.sluice.contract.fleet.RenderOptions;
import dev.sluice.contract.fleet.SourceSpec;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.CommitId;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IntakePlanTest {

  private static final RepositoryId SHOP = new RepositoryId("forge.example/acme/shop");
  private static final FleetApproval APPROVAL =
      new FleetApproval(EventId.of("command", "cat/1", "fleet"), "cat", "moved");

  @Test
  void sendsOnlyChangedDefinitions() {
    IntakePlan plan =
        IntakePlan.of(
            known(define("web", "one"), define("api", "one")),
            reading(true, define("web", "one"), define("api", "one", "two"), define("new", "one")),
            RemovalGuard.DEFAULT);

    assertThat(plan.events())
        .containsExactly(accepted(define("api", "one", "two")), accepted(define("new", "one")));
    assertThat(plan.refusals()).isEmpty();
  }

  @Test
  void missingApplicationsAreRemoved() {
    IntakePlan plan =
        IntakePlan.of(
            known(define("web", "one"), define("api", "one")),
            reading(true, define("web", "one")),
            RemovalGuard.DEFAULT);

    assertThat(plan.events())
        .containsExactly(
            new ChangeEvent.DefinitionRemoved(
                SHOP, new ApplicationName("api"), "r1", Optional.empty()));
  }

  @Test
  void anIncompleteReadingRemovesNothing() {
    IntakePlan plan =
        IntakePlan.of(
            known(define("web", "one", "two"), define("api", "one")),
            reading(false, define("web", "one"), define("new", "one")),
            RemovalGuard.DEFAULT);

    assertThat(plan.events()).containsExactly(accepted(define("new", "one")));
    assertThat(plan.refusals()).singleElement().asString().contains("could not be read");
  }

  @Test
  void invalidApplicationsKeepTheirDefinition() {
    FleetReading reading =
        new FleetReading(
            List.of(),
            Set.of(new ApplicationName("web")),
            true,
            List.of(),
            new TreeSet<>(),
            List.of(),
            "r1",
            Optional.empty(),
            FleetDocuments.NONE,
            Map.of(),
            GeneratedSets.NONE);

    assertThat(IntakePlan.of(known(define("web", "one")), reading, RemovalGuard.DEFAULT).events())
        .isEmpty();
  }

  @Test
  void eventsOfACommitNameItAndApprovalsAreForItsContent() {
    Definition[] five = {
      define("a", "one"),
      define("b", "one"),
      define("c", "one"),
      define("d", "one"),
      define("e", "one")
    };
    IntakePlan first =
        IntakePlan.of(known(five), at("a", define("new", "one")), RemovalGuard.DEFAULT);
    assertThat(first.events())
        .singleElement()
        .isInstanceOfSatisfying(
            ChangeEvent.DefinitionAccepted.class,
            accepted -> assertThat(accepted.fleetRevision()).isEqualTo("a".repeat(40)));

    HeldRemoval held = first.held().orElseThrow();
    IntakePlan next =
        IntakePlan.of(
            known(five),
            at("b", define("new", "one")),
            RemovalGuard.DEFAULT,
            Optional.of(granted(held)));
    assertThat(next.held()).isEmpty();
    assertThat(next.events())
        .filteredOn(ChangeEvent.DefinitionRemoved.class::isInstance)
        .hasSize(5)
        .allSatisfy(
            removed ->
                assertThat(((ChangeEvent.DefinitionRemoved) removed).fleetRevision())
                    .isEqualTo("b".repeat(40)));
  }

  private static FleetReading at(String commit, Definition... definitions) {
    FleetReading read = reading(true, definitions);
    return new FleetReading(
        read.definitions(),
        read.invalid(),
        read.complete(),
        read.problems(),
        read.clusters(),
        read.repositories(),
        read.revision(),
        Optional.of(new CommitId(commit.repeat(40))),
        read.documents(),
        read.projects(),
        GeneratedSets.NONE);
  }

  @Test
  void removingManyApplicationsNeedsApproval() {
    List<Definition> ten = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      ten.add(define("app-" + i, "one", "two"));
    }
    Definition[] all = ten.toArray(Definition[]::new);
    // two are missing and two are deselected: four of ten
    Definition[] six =
        Stream.concat(
                Stream.of(define("app-0", "one"), define("app-1", "one")),
                ten.subList(2, 8).stream())
            .toArray(Definition[]::new);

    IntakePlan refused = IntakePlan.of(known(all), reading(true, six), RemovalGuard.DEFAULT);
    assertThat(refused.events()).isEmpty();
    assertThat(refused.refusals())
        .singleElement()
        .asString()
        .contains("4 of 10")
        .contains("app-0 from [two]", "app-9 from [one, two]");
    HeldRemoval held = refused.held().orElseThrow();
    assertThat(refused.refusals().getFirst())
        .contains("'sluice approve --fleet %s --reason TEXT'".formatted(held.digest()));
    assertThat(held.digest()).hasSize(64);

    IntakePlan approved =
        IntakePlan.of(
            known(all), reading(true, six), RemovalGuard.DEFAULT, Optional.of(granted(held)));
    assertThat(approved.events())
        .hasSize(4)
        .allSatisfy(event -> assertThat(approval(event)).contains(APPROVAL));
    assertThat(approved.held()).isEmpty();
    assertThat(approved.refusals()).isEmpty();
    Definition[] seven = ten.subList(0, 7).toArray(Definition[]::new);
    assertThat(IntakePlan.of(known(all), reading(true, seven), RemovalGuard.DEFAULT).events())
        .hasSize(3);
  }

  @Test
  void theNamesOfAHeldRemovalDoNotHideItsCommand() {
    IntakePlan plan = remaining(RemovalGuard.DEFAULT, 200, 1);

    assertThat(plan.refusals().getFirst())
        .contains("sluice approve --fleet " + plan.held().orElseThrow().digest())
        .endsWith("and 189 more")
        .hasSizeLessThan(Heartbeat.Condition.MAX_MESSAGE);
    assertThat(plan.held().orElseThrow().taken()).hasSize(199);
  }

  @Test
  void anApprovedRemovalStaysApprovedWhileAPartOfItWaits() {
    List<Definition> old = IntStream.range(0, 4).mapToObj(i -> define("app-" + i, "one")).toList();
    List<Definition> successors =
        IntStream.range(1, 4).mapToObj(i -> renamed(old.get(i), "new-" + i)).toList();
    FleetReading reading = reading(true, successors.toArray(Definition[]::new));
    Definition[] before = old.toArray(Definition[]::new);
    HeldRemoval held =
        IntakePlan.of(known(before), reading, RemovalGuard.DEFAULT).held().orElseThrow();
    Optional<GrantedRemoval> granted = Optional.of(granted(held));

    IntakePlan first = IntakePlan.of(known(before), reading, RemovalGuard.DEFAULT, granted);
    Definition[] left =
        Stream.concat(old.subList(1, 4).stream(), successors.stream()).toArray(Definition[]::new);
    IntakePlan second = IntakePlan.of(known(left), reading, RemovalGuard.DEFAULT, granted);
    Map<ApplicationName, Set<ClusterName>> sent =
        successors.stream()
            .collect(
                Collectors.toMap(Definition::application, _ -> Set.of(new ClusterName("one"))));
    IntakePlan.Known allSent =
        new IntakePlan.Known(known(left).definitions(), Map.of(), Map.of(), sent);
    IntakePlan last = IntakePlan.of(allSent, reading, RemovalGuard.DEFAULT, granted);

    assertThat(first.waiting()).hasSize(3);
    assertThat(first.events()).contains(removed("app-0")).hasSize(4);
    assertThat(second.held()).isEmpty();
    assertThat(second.waiting()).hasSize(3);
    assertThat(IntakePlan.of(known(left), reading, RemovalGuard.DEFAULT).held())
        .as("without the approval")
        .isPresent();
    assertThat(last.events()).containsExactly(removed("app-1"), removed("app-2"), removed("app-3"));
  }

  @Test
  void anApprovalIsUsedUpAlsoWhileARepositoryOfGeneratorsCannotBeRead() {
    Definition[] five =
        IntStream.range(0, 5).mapToObj(i -> define("app-" + i, "one")).toArray(Definition[]::new);
    FleetReading unsettled = unread(reading(true, five[0]), "r1");
    GrantedRemoval granted =
        granted(IntakePlan.of(known(five), unsettled, RemovalGuard.DEFAULT).held().orElseThrow());

    IntakePlan carriedOut =
        IntakePlan.of(known(five), unsettled, RemovalGuard.DEFAULT, Optional.of(granted));

    assertThat(carriedOut.events()).hasSize(4);
    assertThat(granted.isUnfinished(unsettled, carriedOut)).isFalse();
    assertThat(granted.isUnfinished(unread(unsettled, "r2"), carriedOut))
        .as("after a restart, before the repository was read")
        .isTrue();
    assertThat(granted.isUnfinished(reading(true, five[0]), carriedOut)).isFalse();
  }

  private static FleetReading unread(FleetReading read, String revision) {
    return new FleetReading(
        read.definitions(),
        read.invalid(),
        read.complete(),
        read.problems(),
        read.clusters(),
        read.repositories(),
        revision,
        read.commit(),
        read.documents(),
        read.projects(),
        new GeneratedSets(
            Map.of(),
            Set.of("all"),
            Map.of(),
            List.of(),
            List.of("ApplicationSet 'all' keeps its applications"),
            false,
            List.of(),
            Map.of(),
            Map.of()));
  }

  private static FleetReading with(FleetReading read, GeneratedSets sets) {
    return new FleetReading(
        read.definitions(),
        read.invalid(),
        read.complete(),
        read.problems(),
        read.clusters(),
        read.repositories(),
        read.revision(),
        read.commit(),
        read.documents(),
        read.projects(),
        sets);
  }

  @Test
  void anApprovalCoversNoOtherRevision() {
    Definition[] five =
        IntStream.range(0, 5).mapToObj(i -> define("app-" + i, "one")).toArray(Definition[]::new);
    FleetReading reading = reading(true, five[0]);
    HeldRemoval held =
        IntakePlan.of(known(five), reading, RemovalGuard.DEFAULT).held().orElseThrow();
    FleetReading next =
        new FleetReading(
            reading.definitions(),
            Set.of(),
            true,
            List.of(),
            reading.clusters(),
            List.of(),
            "r2",
            Optional.empty(),
            FleetDocuments.NONE,
            Map.of(),
            GeneratedSets.NONE);

    IntakePlan later =
        IntakePlan.of(known(five), next, RemovalGuard.DEFAULT, Optional.of(granted(held)));

    assertThat(later.events()).isEmpty();
    assertThat(later.held().orElseThrow().digest()).isNotEqualTo(held.digest());
  }

  private static Definition renamed(Definition old, String name) {
    return new Definition(
        new ApplicationName(name), old.sources(), old.clusters(), old.spec(), false);
  }

  private static ChangeEvent.FleetEvent removed(String name) {
    return new ChangeEvent.DefinitionRemoved(
        SHOP, new ApplicationName(name), "r1", Optional.of(APPROVAL));
  }

  private static GrantedRemoval granted(HeldRemoval held) {
    return held.approvedBy(APPROVAL, 0);
  }

  private static Optional<FleetApproval> approval(ChangeEvent.FleetEvent event) {
    return switch (event) {
      case ChangeEvent.DefinitionAccepted accepted -> accepted.approval();
      case ChangeEvent.DefinitionRemoved removed -> removed.approval();
      case ChangeEvent.ReadersAccepted _ -> Optional.empty();
    };
  }

  @Test
  void theShareCountsFromFiveApplicationsOn() {
    RemovalGuard generous = new RemovalGuard(80);

    assertThat(remaining(generous, 5, 1).events()).hasSize(4);
    assertThat(remaining(generous, 4, 2).events()).hasSize(2);
    assertThat(remaining(generous, 4, 1).refusals())
        .singleElement()
        .asString()
        .contains("3 of 4 applications", "more than 2:");
    assertThat(remaining(new RemovalGuard(100), 4, 0).events()).hasSize(4);
  }

  /** Plans a revision that keeps only the first applications of a fleet. */
  private static IntakePlan remaining(RemovalGuard guard, int of, int remaining) {
    List<Definition> all = IntStream.range(0, of).mapToObj(i -> define("app-" + i, "one")).toList();
    return IntakePlan.of(
        known(all.toArray(Definition[]::new)),
        reading(true, all.subList(0, remaining).toArray(Definition[]::new)),
        guard);
  }

  @Test
  void anApprovalCoversNoOtherRemovalOfTheSameRevision() {
    Definition[] five =
        Stream.of("a", "b", "c", "d", "e")
            .map(name -> define(name, "one"))
            .toArray(Definition[]::new);
    Definition[] more =
        Stream.concat(Stream.of(five), Stream.of(define("f", "one"), define("g", "one")))
            .toArray(Definition[]::new);
    FleetReading one = reading(true, five[0]);
    HeldRemoval held = IntakePlan.of(known(five), one, RemovalGuard.DEFAULT).held().orElseThrow();

    IntakePlan later =
        IntakePlan.of(known(more), one, RemovalGuard.DEFAULT, Optional.of(granted(held)));

    assertThat(later.events()).isEmpty();
    assertThat(later.held().orElseThrow().digest()).isNotEqualTo(held.digest());
  }

  @Test
  void aRenamedApplicationIsRemovedOnceItsSuccessorIsSent() {
    Definition old = define("web", "one", "two");
    Definition renamed =
        new Definition(
            new ApplicationName("shop"), old.sources(), old.clusters(), old.spec(), false);
    Definition unrelated = define("new", "one");
    FleetReading reading = reading(true, renamed, unrelated);
    ChangeEvent.FleetEvent removed =
        new ChangeEvent.DefinitionRemoved(SHOP, old.application(), "r1", Optional.empty());

    IntakePlan first = IntakePlan.of(known(old), reading, RemovalGuard.DEFAULT);
    IntakePlan sentToOne =
        IntakePlan.of(sent(Set.of("one"), old, renamed, unrelated), reading, RemovalGuard.DEFAULT);
    IntakePlan sentToBoth =
        IntakePlan.of(
            sent(Set.of("one", "two"), old, renamed, unrelated), reading, RemovalGuard.DEFAULT);

    assertThat(first.events()).containsExactly(accepted(renamed), accepted(unrelated));
    assertThat(first.waiting()).singleElement().asString().contains("web", "shop");
    assertThat(sentToOne.events()).isEmpty();
    assertThat(sentToOne.waiting()).hasSize(1);
    assertThat(sentToBoth.events()).containsExactly(removed);
    assertThat(sentToBoth.waiting()).isEmpty();
  }

  @Test
  void anApplicationThatIsRenamedTwiceWaitsForTheLastName() {
    Definition first = define("a", "one");
    Definition second =
        new Definition(
            new ApplicationName("b"), first.sources(), first.clusters(), first.spec(), false);
    Definition third =
        new Definition(
            new ApplicationName("c"), first.sources(), first.clusters(), first.spec(), false);

    IntakePlan plan =
        IntakePlan.of(known(first, second), reading(true, third), RemovalGuard.DEFAULT);

    assertThat(plan.events()).containsExactly(accepted(third));
    assertThat(plan.waiting()).hasSize(2);
  }

  @Test
  void aClusterRemovedFromTheFleetIsOrphaned() {
    IntakePlan plan =
        IntakePlan.of(
            known(define("web", "one", "retired")),
            reading(true, define("web", "one")),
            RemovalGuard.DEFAULT);

    assertThat(plan.events())
        .containsExactly(
            new ChangeEvent.DefinitionAccepted(
                SHOP, define("web", "one"), "r1", Set.of(new ClusterName("retired"))));
  }

  @Test
  void anApplicationThatLeavesTogetherWithItsClusterIsOrphanedThere() {
    IntakePlan plan =
        IntakePlan.of(known(define("web", "one", "retired")), reading(true), RemovalGuard.DEFAULT);

    assertThat(plan.events())
        .containsExactly(
            new ChangeEvent.DefinitionRemoved(
                SHOP,
                new ApplicationName("web"),
                "r1",
                Optional.empty(),
                Optional.empty(),
                Optional.of(Set.of(new ClusterName("retired")))));
  }

  @Test
  void anApprovedRemovalStillOrphansTheObjectsInARemovedCluster() {
    Definition[] five =
        IntStream.range(0, 5)
            .mapToObj(i -> define("app-" + i, "retired"))
            .toArray(Definition[]::new);
    FleetReading reading = reading(true);
    HeldRemoval held =
        IntakePlan.of(known(five), reading, RemovalGuard.DEFAULT).held().orElseThrow();

    IntakePlan plan =
        IntakePlan.of(known(five), reading, RemovalGuard.DEFAULT, Optional.of(granted(held)));

    assertThat(plan.events())
        .hasSize(5)
        .allSatisfy(
            event ->
                assertThat(((ChangeEvent.DefinitionRemoved) event).orphaned())
                    .contains(Set.of(new ClusterName("retired"))));
  }

  @Test
  void aSetDoesNotTakeOverAnApplicationWhoseOwnerIsNotRead() {
    Definition written = define("web", "one");
    Definition ofA = written.generatedBy("a");
    Definition ofB = define("web", "one", "two").generatedBy("b");

    notTakenOver(ofA, generated(true, Set.of("a"), Set.of("b"), ofB), "ApplicationSet 'a'");
    notTakenOver(ofA, generated(true, Set.of("a"), Set.of("a", "b"), ofB), "ApplicationSet 'a'");
    notTakenOver(ofA, generated(false, Set.of(), Set.of("b"), ofB), "ApplicationSet 'a'");
    notTakenOver(written, generated(false, Set.of(), Set.of("b"), ofB), "a document");
  }

  @Test
  void aSetTakesOverAnApplicationWhoseOwnerHasGivenItUp() {
    Definition written = define("web", "one");
    Definition ofA = written.generatedBy("a");
    Definition ofB = define("web", "one", "two").generatedBy("b");

    takenOver(ofA, generated(true, Set.of(), Set.of("b"), ofB));
    takenOver(ofA, generated(false, Set.of(), Set.of("a", "b"), ofB));
    takenOver(written, generated(true, Set.of("c"), Set.of("b"), ofB));
    takenOver(
        define("web", "one").generatedBy("b"), generated(false, Set.of("b"), Set.of("b"), ofB));
  }

  @Test
  void anIncludeTakesAnApplicationOfAnotherOwnerAfterItsRemoval() {
    Definition written = define("web", "one");
    Definition ofTeam = define("web", "one", "two").includedBy("team");
    Definition ofSet = ofTeam.generatedBy("team/all");
    List<Definition> owned =
        List.of(
            written,
            written.generatedBy("a"),
            written.includedBy("other"),
            written.generatedBy("other/all").includedBy("other"));
    for (Definition old : owned) {
      for (Definition read : List.of(ofTeam, ofSet)) {
        IntakePlan plan =
            IntakePlan.of(known(old), included(read, "team", "other"), RemovalGuard.DEFAULT);

        assertThat(plan.events())
            .as("%s", old)
            .singleElement()
            .isInstanceOf(ChangeEvent.DefinitionRemoved.class);
        assertThat(plan.waiting()).singleElement().asString().contains("web belongs to");
        assertThat(plan.refusals()).isEmpty();
        IntakePlan next = IntakePlan.of(known(), included(read, "team"), RemovalGuard.DEFAULT);
        assertThat(next.events()).containsExactly(accepted(read));
        assertThat(next.waiting()).isEmpty();
      }
    }
  }

  @Test
  void anIncludeDoesNotTakeApplicationsAroundTheGuard() {
    Definition[] owned =
        IntStream.range(0, 5).mapToObj(i -> define("app-" + i, "one")).toArray(Definition[]::new);
    Definition[] squatting =
        Stream.of(owned).map(old -> old.includedBy("team")).toArray(Definition[]::new);

    IntakePlan plan =
        IntakePlan.of(known(owned), included(List.of(squatting), "team"), RemovalGuard.DEFAULT);

    assertThat(plan.events()).isEmpty();
    assertThat(plan.held().orElseThrow().taken()).hasSize(5);
    assertThat(plan.waiting()).hasSize(5);
  }

  @Test
  void anIncludeChangesWhatItHasInPlace() {
    Definition old = define("web", "one").includedBy("team");
    Definition ofSet = define("web", "one", "two").generatedBy("team/all").includedBy("team");

    IntakePlan plan = IntakePlan.of(known(old), included(ofSet, "team"), RemovalGuard.DEFAULT);

    assertThat(plan.events()).containsExactly(accepted(ofSet));
    assertThat(plan.waiting()).isEmpty();
  }

  @Test
  void theFleetTakesAnApplicationOfAnIncludeAlsoIfTheIncludeIsNotRead() {
    Definition old = define("web", "one").includedBy("team");
    Definition written = define("web", "one", "two");
    for (Definition read : List.of(written, written.generatedBy("a"))) {
      for (FleetReading reading :
          List.of(included(read, "team"), unreadInclude(read, "team"), reading(false, read))) {
        IntakePlan plan = IntakePlan.of(known(old), reading, RemovalGuard.DEFAULT);

        assertThat(plan.events()).containsExactly(accepted(read));
        assertThat(plan.refusals()).isEmpty();
      }
    }
  }

  @Test
  void aRemovalThatIsHeldForAnIncludeHoldsNoOthers() {
    List<Definition> ofTeam =
        IntStream.range(0, 6).mapToObj(i -> define("a-" + i, "one").includedBy("team")).toList();
    List<Definition> ofOther =
        IntStream.range(0, 6).mapToObj(i -> define("b-" + i, "one").includedBy("other")).toList();
    IntakePlan.Known known =
        known(Stream.concat(ofTeam.stream(), ofOther.stream()).toArray(Definition[]::new));

    IntakePlan plan =
        IntakePlan.of(
            known, included(ofOther.subList(1, 6), "team", "other"), RemovalGuard.DEFAULT);

    assertThat(plan.events())
        .singleElement()
        .isInstanceOfSatisfying(
            ChangeEvent.DefinitionRemoved.class,
            removed -> assertThat(removed.application()).hasToString("b-0"));
    HeldRemoval held = plan.held().orElseThrow();
    assertThat(held.taken().keySet())
        .containsExactlyInAnyOrderElementsOf(ofTeam.stream().map(Definition::application).toList());
    assertThat(held.reasons()).singleElement().asString().contains("6 of 6 applications of FleetI");
  }

  @Test
  void theLimitOfTheFleetHoldsWhatTheGroupsAllow() {
    List<Definition> all =
        Stream.of("a", "b", "c", "d")
            .flatMap(team -> IntStream.range(0, 2).mapToObj(i -> owned(team, i)))
            .toList();

    IntakePlan plan =
        IntakePlan.of(
            known(all.toArray(Definition[]::new)),
            included(List.of(), "a", "b", "c", "d"),
            RemovalGuard.DEFAULT);

    assertThat(plan.events()).isEmpty();
    assertThat(plan.held().orElseThrow().reasons())
        .singleElement()
        .asString()
        .startsWith("8 of 8 applications would be removed");
  }

  @Test
  void theRemovalOfAnApplicationWaitsForNoApplicationOfAnotherInclude() {
    Definition written = define("web", "one");
    Definition next = named("next", written);

    assertThat(removing(written, next).waiting()).hasSize(1);
    assertThat(removing(written.includedBy("team"), next).waiting()).hasSize(1);
    assertThat(removing(written.includedBy("team"), next.includedBy("team")).waiting()).hasSize(1);
    for (Definition old : List.of(written, written.includedBy("other"))) {
      IntakePlan plan = removing(old, next.includedBy("team"));
      assertThat(plan.waiting()).isEmpty();
      assertThat(plan.events()).anyMatch(ChangeEvent.DefinitionRemoved.class::isInstance);
    }
  }

  private static IntakePlan removing(Definition old, Definition next) {
    return IntakePlan.of(known(old), included(next, "team", "other"), RemovalGuard.DEFAULT);
  }

  private static Definition named(String name, Definition other) {
    return new Definition(
        new ApplicationName(name), other.sources(), other.clusters(), other.spec(), false);
  }

  private static Definition owned(String team, int number) {
    return define("%s-%d".formatted(team, number), "one").includedBy(team);
  }

  private static FleetReading included(Definition definition, String... includes) {
    return included(List.of(definition), includes);
  }

  private static FleetReading included(List<Definition> definitions, String... includes) {
    return with(
        reading(true, definitions.toArray(Definition[]::new)),
        GeneratedSets.merged(Stream.of(includes).map(include -> setsOf(include, false)).toList()));
  }

  private static FleetReading unreadInclude(Definition definition, String include) {
    return with(reading(true, definition), setsOf(include, true));
  }

  private static GeneratedSets setsOf(String include, boolean isKept) {
    return GeneratedSets.of(
        Map.of(
            include,
            new GeneratedSets.Included(SetPolicy.DEFAULT, Optional.empty(), isKept, Set.of())));
  }

  private static void notTakenOver(Definition old, FleetReading reading, String owner) {
    IntakePlan plan = IntakePlan.of(known(old), reading, RemovalGuard.DEFAULT);
    assertThat(plan.events()).isEmpty();
    assertThat(plan.refusals()).singleElement().asString().contains("defines web", owner);
  }

  private static void takenOver(Definition old, FleetReading reading) {
    IntakePlan plan = IntakePlan.of(known(old), reading, RemovalGuard.DEFAULT);
    Definition read = reading.definitions().getFirst();
    assertThat(plan.events()).containsExactly(accepted(read));
    assertThat(plan.refusals()).isEmpty();
  }

  private static FleetReading generated(
      boolean complete, Set<String> kept, Set<String> valid, Definition... definitions) {
    return with(
        reading(complete, definitions),
        new GeneratedSets(
            valid.stream().collect(Collectors.toMap(set -> set, _ -> SetPolicy.DEFAULT)),
            kept,
            Map.of(),
            List.of(),
            List.of(),
            false,
            List.of(),
            Map.of(),
            Map.of()));
  }

  @Test
  void anApplicationOfAnotherRepositoryKeepsItsPartition() {
    RepositoryId other = new RepositoryId("forge.example/acme/other");
    Definition moved = define(other, "web", "one").withOwner(SHOP);

    IntakePlan plan =
        IntakePlan.of(
            known(define("web", "one")),
            reading(true, define(other, "web", "one")),
            RemovalGuard.DEFAULT);

    assertThat(plan.refusals()).isEmpty();
    assertThat(plan.events())
        .containsExactly(
            accepted(moved), new ChangeEvent.ReadersAccepted(other, Set.of(SHOP), "r1"));
    assertThat(
            IntakePlan.of(
                    new IntakePlan.Known(
                        Map.of(moved.application(), moved),
                        Map.of(),
                        Map.of(other, Set.of(SHOP)),
                        Map.of()),
                    reading(true, define(other, "web", "one")),
                    RemovalGuard.DEFAULT)
                .events())
        .isEmpty();
  }

  @Test
  void aReturningApplicationKeepsThePartitionThatCountedItsGenerations() {
    RepositoryId other = new RepositoryId("forge.example/acme/other");

    IntakePlan plan =
        IntakePlan.of(
            new IntakePlan.Known(
                Map.of(), Map.of(new ApplicationName("web"), SHOP), Map.of(), Map.of()),
            reading(true, define(other, "web", "one")),
            RemovalGuard.DEFAULT);

    assertThat(plan.events()).contains(accepted(define(other, "web", "one").withOwner(SHOP)));
  }

  @Test
  void theReadersInOtherPartitionsAreSentToARepository() {
    RepositoryId values = new RepositoryId("forge.example/acme/values");
    Definition web = define(List.of(SHOP, values), "web", "one");

    IntakePlan plan = IntakePlan.of(known(), reading(true, web), RemovalGuard.DEFAULT);

    ChangeEvent.FleetEvent readers = new ChangeEvent.ReadersAccepted(values, Set.of(SHOP), "r1");
    assertThat(plan.events()).containsExactly(accepted(web), readers);
    assertThat(
            IntakePlan.of(
                    new IntakePlan.Known(
                        Map.of(web.application(), web),
                        Map.of(),
                        Map.of(values, Set.of(SHOP)),
                        Map.of()),
                    reading(true, web),
                    RemovalGuard.DEFAULT)
                .events())
        .isEmpty();
    assertThat(
            IntakePlan.of(
                    new IntakePlan.Known(
                        Map.of(web.application(), web),
                        Map.of(),
                        Map.of(values, Set.of(SHOP)),
                        Map.of()),
                    reading(true, define("web", "one")),
                    RemovalGuard.DEFAULT)
                .events())
        .containsExactly(
            accepted(define("web", "one")),
            new ChangeEvent.ReadersAccepted(values, Set.of(), "r1"));
  }

  private static ChangeEvent.FleetEvent accepted(Definition definition) {
    return new ChangeEvent.DefinitionAccepted(SHOP, definition, "r1", Set.of());
  }

  private static IntakePlan.Known known(Definition... definitions) {
    Map<ApplicationName, Definition> known = new HashMap<>();
    for (Definition definition : definitions) {
      known.put(definition.application(), definition);
    }
    return new IntakePlan.Known(known, Map.of(), Map.of(), Map.of());
  }

  /** Returns the state in which the second application was sent to these clusters. */
  private static IntakePlan.Known sent(Set<String> clusters, Definition... definitions) {
    return new IntakePlan.Known(
        known(definitions).definitions(),
        Map.of(),
        Map.of(),
        Map.of(
            definitions[1].application(),
            clusters.stream().map(ClusterName::new).collect(Collectors.toSet())));
  }

  private static FleetReading reading(boolean complete, Definition... definitions) {
    return new FleetReading(
        List.of(definitions),
        Set.of(),
        complete,
        List.of(),
        new TreeSet<>(Set.of(new ClusterName("one"), new ClusterName("two"))),
        List.of(),
        "r1",
        Optional.empty(),
        FleetDocuments.NONE,
        Map.of(),
        GeneratedSets.NONE);
  }

  private static Definition define(String name, String... clusters) {
    return define(SHOP, name, clusters);
  }

  private static Definition define(RepositoryId repository, String name, String... clusters) {
    return define(List.of(repository), name, clusters);
  }

  private static Definition define(
      List<RepositoryId> repositories, String name, String... clusters) {
    return new Definition(
        new ApplicationName(name),
        repositories.stream().map(repository -> source(repository, name)).toList(),
        Stream.of(clusters)
            .map(cluster -> new ClusterTarget(new ClusterName(cluster), Map.of()))
            .toList(),
        new ApplicationSpec(name, Policy.DEFAULT),
        false);
  }

  private static SourceSpec source(RepositoryId repository, String name) {
    return new SourceSpec(
        repository,
        "https://" + repository,
        Optional.empty(),
        Optional.empty(),
        GitRef.branch("main"),
        "apps/" + name,
        Optional.empty(),
        Optional.empty(),
        RenderOptions.DEFAULT);
  }
}
