package dev.sluice.dispatcher.decide;

import static dev.sluice.dispatcher.decide.SampleApplication.COMMIT;
import static dev.sluice.dispatcher.decide.SampleApplication.NOW;
import static dev.sluice.dispatcher.decide.SampleApplication.ONE;
import static dev.sluice.dispatcher.decide.SampleApplication.SHOP;
import static dev.sluice.dispatcher.decide.SampleApplication.TWO;
import static dev.sluice.dispatcher.decide.SampleApplication.WEB;
import static dev.sluice.dispatcher.decide.SampleApplication.define;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.contract.event.ApplicationState;
import dev.sluice.contract.event.ChangeEvent;
import dev.sluice.contract.event.Command;
import dev.sluice.contract.event.CommandEvent;
import dev.sluice.contract.event.Event;
import dev.sluice.contract.event.EventId;
import dev.sluice.contract.event.Origin;
import dev.sluice.contract.event.StateRecord.Demand;
import dev.sluice.contract.event.StateRecord.Dispatched;
import dev.sluice.contract.event.StateRecord.Hold;
import dev.sluice.contract.event.StateRecord.RepositoryState;
import dev.sluice.contract.event.SuspensionEvent;
import dev.sluice.contract.event.SyncEvent;
import dev.sluice.contract.event.TraceParent;
import dev.sluice.contract.fleet.Definition;
import dev.sluice.contract.name.ApplicationName;
import dev.sluice.contract.name.ClusterName;
import dev.sluice.contract.name.Generation;
import dev.sluice.contract.name.GitRef;
import dev.sluice.contract.name.RepositoryId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventDeciderTest {

  private static final RepositoryId ELSEWHERE = new RepositoryId("forge.example/acme/elsewhere");

  private static final RepositoryId READER = new RepositoryId("forge.example/acme/reader");

  private final PartitionState state = new PartitionState();
  private final EventDecider decider = new EventDecider(state, 3);

  @BeforeEach
  void sendGenerationFive() {
    state.replay(
        SampleApplication.sent(
            define("apps/web", ONE, TWO),
            Map.of(
                ONE, new Dispatched(new Generation(5), Optional.of("v1:a"), Optional.of(COMMIT))),
            Map.of(),
            Map.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "5, 9, true, a ledger of a later count",
    "5, 6, true, a ledger that is one ahead",
    "3, 5, false, a late record of a fenced writer",
    "3, 4, false, a late record of a fenced writer",
    "5, 5, true, other inputs under the generation that was sent last",
    "4, 4, false, a newer generation follows that one anyway"
  })
  void continuesCountingOnlyFromGenerationsThatItDidNotAssign(
      long sent, long ledger, boolean counts, String why) {
    ChangeEvent.LedgerAhead event =
        new ChangeEvent.LedgerAhead(SHOP, WEB, ONE, new Generation(sent), new Generation(ledger));

    Optional<Decision> decision = decider.ledgerAhead(event, cause("ahead"), NOW);

    assertThat(decision.isPresent()).as(why).isEqualTo(counts);
    assertThat(web().dispatched().get(ONE).generation().value()).isEqualTo(counts ? ledger : 5);
    assertThat(decision.stream().flatMap(one -> suspensions(one).stream()))
        .as("a worker may have missed the end of a suspension that the lost state knew")
        .isEqualTo(
            counts
                ? List.of(
                    new SuspensionEvent(
                        WEB, ONE, false, "dispatcher", "the partition's state was lost"))
                : List.of());
    assertThat(web().demands())
        .as("the target is sent again, above the ledger's generation")
        .isEqualTo(counts ? Map.of(ONE, Demand.ofLoss(new EventId("ahead"))) : Map.of());
  }

  @Test
  void continuesFromALedgerOfAClusterThatNothingWasSentTo() {
    ChangeEvent.LedgerAhead event =
        new ChangeEvent.LedgerAhead(SHOP, WEB, TWO, new Generation(1), new Generation(7));

    assertThat(decider.ledgerAhead(event, cause("ahead"), NOW)).isPresent();
    assertThat(web().dispatched().get(TWO))
        .isEqualTo(new Dispatched(new Generation(7), Optional.empty(), Optional.empty()));
    assertThat(web().dispatched().get(ONE).generation().value()).isEqualTo(5);
  }

  @Test
  void ignoresALedgerOfAnUnknownApplication() {
    ChangeEvent.LedgerAhead event =
        new ChangeEvent.LedgerAhead(
            SHOP, new ApplicationName("other"), ONE, new Generation(1), new Generation(7));

    assertThat(decider.ledgerAhead(event, cause("ahead"), NOW)).isEmpty();
  }

  @Test
  void remembersWhichPartitionsReadARepository() {
    ChangeEvent.ReadersAccepted event =
        new ChangeEvent.ReadersAccepted(SHOP, Set.of(ELSEWHERE), "r2");

    assertThat(events(decider.readers(event, cause("readers"), NOW)))
        .containsExactly(new RepositoryState(SHOP, Set.of(ELSEWHERE)));
    assertThat(state.readersInOtherPartitions(SHOP)).containsExactly(ELSEWHERE);
  }

  @Test
  void forwardsChangesOfARenamedRepositoryUnderItsFormerName() {
    ChangeEvent.RenameFound event =
        new ChangeEvent.RenameFound(ELSEWHERE, SHOP, new Origin.Poll(NOW));
    RepositoryState renamed =
        new RepositoryState(ELSEWHERE, Set.of(READER), Optional.of(Set.of(SHOP)));
    state.replay(new RepositoryState(ELSEWHERE, Set.of(READER)));

    assertThat(events(decider.renamed(event, cause("rename"), NOW))).containsExactly(renamed);
    assertThat(events(decider.renamed(event, cause("again"), NOW))).isEmpty();
    assertThat(state.isFollowed(ELSEWHERE)).isTrue();

    assertThat(events(decider.forwarded(change(ELSEWHERE), cause("push"), NOW)))
        .containsExactlyInAnyOrder(
            new ChangeEvent.RefForwarded(READER, new EventId("push"), change(ELSEWHERE)),
            new ChangeEvent.RefForwarded(SHOP, new EventId("push"), change(SHOP)));
  }

  @Test
  void doesNotForwardUnderAFormerNameWhatWasForwardedUnderOne() {
    state.replay(new RepositoryState(SHOP, Set.of(READER), Optional.of(Set.of(ELSEWHERE))));

    assertThat(
            events(
                decider.forwardedToReaders(
                    change(SHOP), new EventId("push"), cause("forward"), NOW)))
        .containsExactly(new ChangeEvent.RefForwarded(READER, new EventId("push"), change(SHOP)));
  }

  @Test
  void forgetsFormerNamesOnceTheFleetHasTheNewName() {
    state.replay(new RepositoryState(ELSEWHERE, Set.of(), Optional.of(Set.of(SHOP))));

    var unused =
        decider.readers(
            new ChangeEvent.ReadersAccepted(ELSEWHERE, Set.of(SHOP), "r2"), cause("fleet"), NOW);

    assertThat(state.repository(ELSEWHERE)).isEqualTo(new RepositoryState(ELSEWHERE, Set.of(SHOP)));
  }

  @Test
  void keepsFormerNamesThatTheReadersOfTheNewNameDoNotReplace() {
    state.replay(new RepositoryState(ELSEWHERE, Set.of(), Optional.of(Set.of(SHOP))));

    var unused =
        decider.readers(
            new ChangeEvent.ReadersAccepted(ELSEWHERE, Set.of(READER), "r2"), cause("fleet"), NOW);

    assertThat(events(decider.forwarded(change(ELSEWHERE), cause("push"), NOW)))
        .containsExactlyInAnyOrder(
            new ChangeEvent.RefForwarded(READER, new EventId("push"), change(ELSEWHERE)),
            new ChangeEvent.RefForwarded(SHOP, new EventId("push"), change(SHOP)));
  }

  private static ChangeEvent.RefChanged change(RepositoryId repository) {
    return new ChangeEvent.RefChanged(
        repository,
        GitRef.branch("main"),
        Optional.empty(),
        Optional.of(COMMIT),
        new Origin.Webhook("forge", "delivery", Optional.empty(), NOW));
  }

  @Test
  void carriesOutAnAcceptedCommandOnceAndAnswersIt() {
    CommandEvent.Given given = given(new Command.Suspend());

    List<Event> events = carryOut(given, "suspension");

    assertThat(web().holds())
        .isEqualTo(Map.of(ONE, new Hold(Optional.empty(), "ada", "incident 7", NOW)));
    assertThat(web().hasCarriedOut(new EventId("suspension"))).isTrue();
    assertThat(events)
        .containsExactly(
            new SuspensionEvent(WEB, ONE, true, "ada", "incident 7"),
            web(),
            new CommandEvent.Answered(
                SHOP,
                new EventId("suspension"),
                WEB,
                Set.of(ONE),
                given.command(),
                "ada",
                "incident 7",
                true,
                "suspended: [one]",
                Optional.empty()));
  }

  @Test
  void aRemovalEndsASuspensionWhereItWasSuspended() {
    var unused = carryOut(given(new Command.Suspend()), "suspension");

    Decision removal =
        decider.removed(
            new ChangeEvent.DefinitionRemoved(SHOP, WEB, "r2", Optional.empty()),
            cause("removal"),
            NOW);

    assertThat(web().holds()).isEmpty();
    assertThat(suspensions(removal))
        .containsExactly(
            new SuspensionEvent(WEB, ONE, false, "dispatcher", "the fleet no longer has it here"));
  }

  @Test
  void aRemovalLeavesTheObjectsInAClusterThatIsNoLongerInTheFleet() {
    state.replay(
        SampleApplication.sent(
            define("apps/web", ONE, TWO),
            Map.of(ONE, dispatched(5), TWO, dispatched(5)),
            Map.of(),
            Map.of()));

    Decision removal =
        decider.removed(
            new ChangeEvent.DefinitionRemoved(
                SHOP, WEB, "r2", Optional.empty(), Optional.empty(), Optional.of(Set.of(TWO))),
            cause("removal"),
            NOW);

    assertThat(events(removal))
        .filteredOn(SyncEvent.Removal.class::isInstance)
        .extracting(event -> (SyncEvent.Removal) event)
        .extracting(SyncEvent.Removal::cluster, SyncEvent.Removal::orphan)
        .containsExactlyInAnyOrder(tuple(ONE, false), tuple(TWO, true));
  }

  private static Dispatched dispatched(long generation) {
    return new Dispatched(new Generation(generation), Optional.of("v1:a"), Optional.of(COMMIT));
  }

  @Test
  void leavingAClusterEndsASuspensionThereEvenIfNothingWasSentToIt() {
    state.replay(
        SampleApplication.held(
            define("apps/web", ONE, TWO), Map.of(TWO, SampleApplication.SUSPENDED)));

    Decision decision = accept(define("apps/web", ONE));

    assertThat(web().holds()).isEmpty();
    assertThat(suspensions(decision))
        .containsExactly(
            new SuspensionEvent(WEB, TWO, false, "dispatcher", "the fleet no longer has it here"));
  }

  @Test
  void leavingAClusterEndsTheWaitThereEvenIfNothingWasSentToIt() {
    state.replay(
        SampleApplication.withheld(SampleApplication.defined(define("apps/web", ONE, TWO)), TWO));

    accept(define("apps/web", ONE));

    assertThat(web().withheld(TWO)).isEmpty();
  }

  @Test
  void anApplicationThatIsSuspendedEverywhereIsSuspendedInANewCluster() {
    state.replay(
        SampleApplication.held(define("apps/web", ONE), Map.of(ONE, SampleApplication.SUSPENDED)));

    Decision decision = accept(define("apps/web", ONE, TWO));

    assertThat(web().holds().get(TWO)).isEqualTo(SampleApplication.SUSPENDED);
    assertThat(suspensions(decision))
        .containsExactly(new SuspensionEvent(WEB, TWO, true, "grace", "incident 7"));
  }

  @Test
  void anApplicationThatIsSuspendedInSomeClustersIsNotSuspendedInANewOne() {
    ClusterName three = new ClusterName("three");
    state.replay(
        SampleApplication.held(
            define("apps/web", ONE, TWO), Map.of(ONE, SampleApplication.SUSPENDED)));

    Decision decision = accept(define("apps/web", ONE, TWO, three));

    assertThat(web().holds()).containsOnlyKeys(ONE);
    assertThat(suspensions(decision)).isEmpty();
  }

  @Test
  void answersARefusedCommandAndChangesNothing() {
    ApplicationState before = web();

    List<Event> events =
        carryOut(given(new Command.Approve(new Generation(4), Optional.empty())), "approval");

    assertThat(web()).isEqualTo(before);
    assertThat(events)
        .singleElement()
        .isInstanceOfSatisfying(
            CommandEvent.Answered.class,
            answer -> {
              assertThat(answer.accepted()).isFalse();
              assertThat(answer.message()).contains("names the plan of deletions");
            });
  }

  @Test
  void remembersOnlyTheLatestCommands() {
    for (int i = 0; i < 25; i++) {
      var unused = carryOut(given(new Command.Reevaluate()), "command-" + i);
    }

    assertThat(web().carriedOut().orElseThrow())
        .hasSize(20)
        .startsWith(new EventId("command-5"))
        .endsWith(new EventId("command-24"));
  }

  private Decision accept(Definition definition) {
    return decider.accepted(
        new ChangeEvent.DefinitionAccepted(SHOP, definition, "r2", Set.of()),
        cause("definition"),
        NOW);
  }

  private static List<Event> suspensions(Decision decision) {
    return events(decision).stream().filter(SuspensionEvent.class::isInstance).toList();
  }

  private List<Event> carryOut(CommandEvent.Given given, String id) {
    CommandDecider.Verdict verdict =
        CommandDecider.judge(state.application(WEB), given, new EventId(id), NOW, Optional.empty());
    return events(decider.commanded(given, cause(id), verdict, NOW));
  }

  private static CommandEvent.Given given(Command command) {
    return new CommandEvent.Given(SHOP, WEB, Set.of(ONE), command, "ada", "incident 7");
  }

  private ApplicationState web() {
    return state.application(WEB).orElseThrow();
  }

  private static List<Event> events(Decision decision) {
    return decision.records().stream().<Event>map(record -> record.envelope().event()).toList();
  }

  private static Trigger.Cause cause(String id) {
    return new Trigger.Cause(List.of(new EventId(id)), Optional.empty(), NOW, TraceParent.start());
  }
}
